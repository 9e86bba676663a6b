/** The config stage: a recipe and a kernel source become a complete .config, or every reason why not. */

import {existsSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {isAbsolute, join} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import {digestOf, digestOfFile} from '../base/digest.ts';
import type {Workshop} from '../base/store.ts';
import type {KernelSource} from '../build/source.ts';
import type {KernelTree} from '../recipe/base-config.ts';
import type {Recipe} from '../recipe/recipe.ts';
import type {Resolved, ResolvedGoal} from '../recipe/resolve.ts';
import {readRunningConfig} from '../recipe/running-config.ts';

type StoredConfig = {
  readonly symbols: number;
  /** Of each goal, in their order. */
  readonly goals: readonly Pick<ResolvedGoal, 'met' | 'actual' | 'reason'>[];
} & Pick<Resolved, 'added' | 'alternatives'>;

/** What a recipe is resolved against. */
type ConfigTarget = {
  readonly recipe: Recipe;
  readonly source: KernelSource;
  /** The digest of the builder. */
  readonly toolChain: string;
  readonly arch: Architecture;
};

/** The Kconfig of a target's source, and that it is still what it was. */
export type TreeReader = {
  readonly tree: () => Promise<KernelTree>;
  readonly requireUnchanged: () => Promise<void>;
};

/** Resolves the recipe, or finds it resolved. Throws what `resolveRecipe` throws, goals that are not met above all. */
export async function obtainConfig(
  workshop: Workshop,
  {recipe, source, toolChain, arch}: ConfigTarget,
  reader: TreeReader,
): Promise<Resolved> {
  const {dir, value} = await workshop.store.obtain<StoredConfig>(workshop, {
    name: 'config',
    title: `configuration of ${recipe.name}`,
    version: 4,
    inputs: {
      source: source.digest,
      builder: toolChain,
      arch,
      base: await digestOfBase(recipe.kernel.base),
      trim: recipe.kernel.trim ?? 'defaults',
      goals: recipe.goals.map(({symbol, value: wanted, optional}) => [symbol, wanted, optional ?? false]),
    },
    make: async (entry) => {
      // Loaded here: a run with nothing to do needs neither the solver nor a tree.
      const [{resolveRecipe}, {otherStoredKernels}] = await Promise.all([
        import('../recipe/resolve.ts'),
        import('../build/stored-kconfig.ts'),
      ]);
      const tree = await reader.tree();
      const {release} = source;
      const others = await otherStoredKernels(workshop, {release, arch});
      const resolved = resolveRecipe(recipe, tree, {release, arch, others});
      await reader.requireUnchanged();
      for (const {message, severity} of resolved.warnings) {
        if (severity !== 'note') workshop.report({kind: 'said', severity: 'warning', message});
      }
      await writeFile(join(entry, 'config'), resolved.configText, 'latin1');
      return {
        symbols: resolved.configText.split('\n').filter((line) => /^CONFIG_\w+=[ym]$/.test(line)).length,
        goals: resolved.goals.map(({met, actual, reason}) => ({
          met,
          actual,
          ...(reason === undefined ? {} : {reason}),
        })),
        added: resolved.added,
        alternatives: resolved.alternatives,
      };
    },
    summary: ({symbols, goals, added}) =>
      `${goals.filter(({met}) => met).length} goals met${added.length > 0 ? `, ${added.length} symbols set for them` : ''}, ${symbols} symbols on`,
  });
  const goals = recipe.goals.map((goal, index): ResolvedGoal => ({goal, ...value.goals[index]!}));
  for (const {goal, reason} of goals) {
    if (reason === undefined) continue;
    // Loaded here: most configurations have no wish that is not taken.
    const {formatPlace} = await import('../recipe/goals.ts');
    const message = `${formatPlace(goal.place)}: the wish ${goal.symbol}: ${goal.value} is not taken: ${reason}`;
    workshop.report({kind: 'said', severity: 'warning', message});
  }
  if (value.added.length > 0) {
    const lines = value.added.map(
      ({symbol, value: set, neededBy}) => `  ${symbol}=${set} for ${neededBy.join(', ')}`,
    );
    const message = `set for the goals, as none of them says it:\n${lines.join('\n')}`;
    workshop.report({kind: 'said', severity: 'info', message});
  }
  const configText = await readFile(join(dir, 'config'), 'latin1');
  return {
    configText,
    configDigest: digestOf(Buffer.from(configText, 'latin1')),
    goals,
    added: value.added,
    alternatives: value.alternatives,
    warnings: [],
  };
}

/** A base is named by what it holds where it is a file, of this machine or of the recipe. */
export async function digestOfBase(base: string): Promise<string> {
  if (base === 'running') return digestOf(readRunningConfig().text);
  return isAbsolute(base) && existsSync(base) ? digestOfFile(base) : base;
}
