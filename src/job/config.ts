/** The config stage: a recipe and a kernel source become a complete .config, or every reason why not. */

import {existsSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {isAbsolute, join} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import {digestOf, digestOfFile} from '../base/digest.ts';
import type {Workshop} from '../base/store.ts';
import type {Builder} from '../build/container.ts';
import {type KernelSource, requireUnchangedSource} from '../build/source.ts';
import type {Recipe} from '../recipe/recipe.ts';
import type {Resolved} from '../recipe/resolve.ts';

type StoredConfig = {readonly symbols: number; readonly actual: Readonly<Record<string, string>>};

/** Resolves the recipe, or finds it resolved. Throws what `resolveRecipe` throws, goals that are not met above all. */
export async function obtainConfig(
  workshop: Workshop,
  {
    recipe,
    source,
    builder,
    arch,
  }: {recipe: Recipe; source: KernelSource; builder: Builder; arch: Architecture},
): Promise<Resolved> {
  const {base} = recipe.kernel;
  const {dir, value} = await workshop.store.obtain<StoredConfig>(workshop, {
    name: 'config',
    title: `configuration of ${recipe.name}`,
    version: 1,
    inputs: {
      source: source.digest,
      builder: builder.digest,
      arch,
      base: isAbsolute(base) && existsSync(base) ? await digestOfFile(base) : base,
      goals: recipe.goals.map(({symbol, value: wanted}) => [symbol, wanted]),
    },
    make: async (entry) => {
      // Loaded here: a run with nothing to do needs neither the Kconfig engine nor a tree.
      const [{readKconfigTree}, {resolveRecipe}] = await Promise.all([
        import('../build/kconfig-tree.ts'),
        import('../recipe/resolve.ts'),
      ]);
      const tree = await readKconfigTree(workshop, builder, source, arch);
      const resolved = resolveRecipe(recipe, tree);
      await requireUnchangedSource(workshop, source);
      for (const {message, severity} of resolved.warnings) {
        if (severity !== 'note') workshop.report({kind: 'said', severity: 'warning', message});
      }
      await writeFile(join(entry, 'config'), resolved.configText, 'latin1');
      return {
        symbols: resolved.configText.split('\n').filter((line) => /^CONFIG_\w+=[ym]$/.test(line)).length,
        actual: Object.fromEntries(resolved.goals.map(({goal, actual}) => [goal.symbol, actual])),
      };
    },
    summary: ({symbols, actual}) => `${Object.keys(actual).length} goals met, ${symbols} symbols on`,
  });
  const configText = await readFile(join(dir, 'config'), 'latin1');
  return {
    configText,
    configDigest: digestOf(Buffer.from(configText, 'latin1')),
    goals: recipe.goals.map((goal) => ({goal, met: true, actual: value.actual[goal.symbol] ?? 'n'})),
    warnings: [],
  };
}
