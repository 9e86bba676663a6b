/**
 * The main job: from a composed recipe to images that were seen working. Each step is a stage of the store, a
 * function of its inputs' digests; a step after it names its digest, so that a change goes just as far as it must.
 */

import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type Architecture, machineArchitecture} from '../base/architecture.ts';
import {takeLock} from '../base/lock.ts';
import type {ProgressEvent} from '../base/progress.ts';
import type {Workshop} from '../base/store.ts';
import {boards, findScenario, machinesOf, requireBoard} from '../boot/index.ts';
import type {Builder} from '../build/container.ts';
import {obtainBuilder} from '../build/debian/builder.ts';
import {obtainPackageFiles} from '../build/debian/package-files.ts';
import {
  type DebianOptions,
  debianArchitecture,
  debianArchitectureOfMachine,
  type PackageSet,
} from '../build/debian/release.ts';
import {bootFilesSet, builderSet, imageSet, moduleBuilderSet, toolsSuite} from '../build/debian/sets.ts';
import {obtainStockKernel, stockInitramfsModules} from '../build/debian/stock-kernel.ts';
import {obtainUserland} from '../build/debian/userland.ts';
import {makeBuilder, removeLeftContainers} from '../build/engines/select.ts';
import {type KernelLine, kernelLineOf} from '../build/kernel-line.ts';
import {obtainModuleTree} from '../build/modules/tree.ts';
import {obtainPatchedSource} from '../build/patches.ts';
import {type KernelSource, type KernelSourceSpec, obtainKernelSource} from '../build/source.ts';
import {requireApart} from '../build/source-directory.ts';
import {makeImage} from '../image/image.ts';
import {composeRecipe} from '../recipe/compose.ts';
import {type ModuleRecipe, withNeeded} from '../recipe/module.ts';
import {valuesOf} from '../recipe/parameters.ts';
import {architectureOf, architecturesOf, type ImageRecipe} from '../recipe/recipe.ts';
import {filesOf, wordsOf} from '../tunables/index.ts';
import {bootStreamResults} from './boot-streams.ts';
import {kernelFacts} from './kernel-facts.ts';
import {
  type Images,
  type MadeImage,
  type MadeMachine,
  obtainProof,
  type Proof,
  startImages,
} from './proof.ts';
import {publish, type Result} from './publish.ts';
import type {TargetLock} from './recipe-lock.ts';
import type {JobRequest, JobResult, StageRecord} from './request.ts';
import {sourceSpec} from './source-spec.ts';
import {
  type BuiltTarget,
  buildTarget,
  byArchitecture,
  obtainModuleSources,
  resolveTarget,
  type Target,
  type WithSource,
} from './target.ts';

export type {JobRequest, JobResult} from './request.ts';

/**
 * Does what the request asks for, and puts the results into its output directory. Two jobs on one output
 * directory take turns.
 *
 * @throws KbuildError of the stage that failed. Finished stages are kept, nothing half-made is under a final name.
 */
export async function runJob(request: JobRequest, workshop: Workshop): Promise<JobResult> {
  const {store, signal, report} = workshop;
  const spec = await sourceSpec(request.kernel ?? request.recipe.kernel.version);
  // Before anything is written there.
  const directories = [...(spec.kind === 'directory' ? [spec.path] : []), ...Object.values(request.sources)];
  for (const directory of directories) await requireApart(directory, [request.outDir, store.root]);
  await mkdir(workshop.logDir, {recursive: true});
  const inUse = await store.use(signal);
  const message = `another kbuild works on ${request.outDir}; waiting for it`;
  const lock = await takeLock(join(request.outDir, '.lock'), {
    signal,
    onWait: () => report({kind: 'said', severity: 'info', message}),
  });
  try {
    const stages: StageRecord[] = [];
    const recording: Workshop = {
      ...workshop,
      report: (event) => {
        record(stages, event);
        report(event);
      },
    };
    return {...(await new Job(request, spec, recording).run()), stages};
  } finally {
    await lock.release();
    await inUse.release();
  }
}

function record(stages: StageRecord[], event: ProgressEvent): void {
  if (event.kind !== 'finished' || event.outcome === 'failed') return;
  const {stage: title, outcome, durationMs, detail} = event;
  stages.push({title, outcome, durationMs, ...(detail === undefined ? {} : {detail})});
}

/** A role's user space: the archive, and its digest. */
type Userland = {readonly tar: string; readonly digest: string};

/** One job's way through the stages. */
class Job {
  readonly #request: JobRequest;
  readonly #spec: KernelSourceSpec;
  readonly #workshop: Workshop;
  /** The images asked for. */
  readonly #images: readonly ImageRecipe[];
  /** What they are for; for a .config alone, the architecture asked for. */
  readonly #architectures: readonly Architecture[];
  readonly #builders = new Map<string, Builder>();

  constructor(request: JobRequest, spec: KernelSourceSpec, workshop: Workshop) {
    const {recipe, roles, arch, upTo} = request;
    this.#request = request;
    this.#spec = spec;
    this.#workshop = workshop;
    this.#images = Object.values(recipe.images).filter(
      ({role}) => roles === undefined || roles.includes(role),
    );
    this.#architectures = upTo === 'config' ? [arch] : architecturesOf(this.#images, arch);
  }

  async run(): Promise<Omit<JobResult, 'stages'>> {
    const {recipe, upTo, outDir, vendor} = this.#request;
    // Before the compiler has run for minutes.
    if (upTo === 'boot') {
      for (const arch of this.#architectures) await requireBoard(arch, this.#workshop.signal);
    }
    // One that a killed kbuild has left would go on writing into what is made anew.
    await removeLeftContainers(this.#workshop);
    const source = await this.#source();
    const line = kernelLineOf(source.release);
    const targets: Target[] = [];
    for (const arch of this.#architectures) {
      const composed = composeRecipe(recipe, {arch, kernelVersion: source.release});
      const builder = await this.#builder(line.builder, arch);
      const patched = await obtainPatchedSource(
        this.#workshop,
        builder,
        source,
        composed.kernel.patches ?? [],
      );
      targets.push(await resolveTarget(this.#workshop, {recipe: composed, arch, source: patched, builder}));
    }
    const locks = await this.#heldToLock(source, targets);
    if (upTo === 'config') return {outDir, files: [], resolved: configurationsOf(targets), ...locks};

    // What comes from outside first: a source or a mirror that cannot be reached is found out before the compiler has run
    // for minutes.
    const moduleSources = new Map<Target, readonly WithSource[]>();
    for (const target of targets) {
      const modules = this.#modulesFor(target);
      moduleSources.set(
        target,
        await obtainModuleSources(this.#workshop, this.#request, target, {
          line,
          modules,
          builderOf: async (module) => this.#moduleBuilder(module, line, target),
        }),
      );
    }
    const userlands = upTo === 'build' ? new Map<string, Userland>() : await this.#userlands(line);
    const built: BuiltTarget[] = [];
    for (const [target, modules] of moduleSources) {
      built.push(
        this.#request.stockKernel
          ? await this.#onStockKernel(target, line)
          : await buildTarget(this.#workshop, this.#request, target, modules),
      );
    }
    const resolved = configurationsOf(built);
    const inputs = {
      recipe: recipe.name,
      source: source.digest,
      patches: byArchitecture(built, (target) => target.source.patches ?? []),
      builders: byArchitecture(built, ({builder}) => builder.digest),
      configs: byArchitecture(built, (target) => target.resolved.configDigest),
      goals: byArchitecture(built, goalsOf),
      ...(this.#request.stockKernel
        ? {stockKernels: byArchitecture(built, ({kernel}) => kernel.digest)}
        : {}),
    };
    const kernels = built.flatMap((target) => kernelResults(target, built.length > 1));
    const modules = byArchitecture(built, (target) =>
      Object.fromEntries(
        [...target.modules].map(([name, {digest, value}]) => [name, {digest, programs: value.programs}]),
      ),
    );
    const facts = await kernelFacts(built);
    if (upTo === 'build') {
      const files = await publish(outDir, kernels, {...inputs, modules, kernels: facts});
      return {outDir, resolved, files, ...locks};
    }

    const images = await this.#makeImages(built, userlands);
    const streams = await bootStreamResults(this.#workshop, this.#request, images);
    const boot = upTo === 'boot' ? await this.#boot(images) : undefined;
    const results = [...kernels, ...imageResults(images), ...streams, ...(boot?.results ?? [])];
    const files = await publish(outDir, results, {
      ...inputs,
      userlands: Object.fromEntries([...userlands].map(([role, {digest}]) => [role, digest])),
      modules,
      kernels: facts,
      vendor: vendor?.digest ?? null,
      commandLines: Object.fromEntries([...images].map(([role, {image}]) => [role, image.value.commandLine])),
      proved: boot !== undefined,
    });
    return {outDir, resolved, files, ...locks, ...(boot === undefined ? {} : {boot: boot.report})};
  }

  /** The proof of the images; where machines are asked for and no proof, they are started and handed over. */
  async #boot(images: Images): Promise<Proof | undefined> {
    const {keep} = this.#request;
    if (keep?.proved === false) {
      keep.take(await startImages(this.#workshop, this.#request, images));
      return undefined;
    }
    return obtainProof(this.#workshop, this.#request, images);
  }

  /** What the targets would be locked as, and whether that is what the recipe's lock has. */
  async #heldToLock(
    source: KernelSource,
    targets: readonly Target[],
  ): Promise<Pick<JobResult, 'targetLocks' | 'lockDifferences'>> {
    const {lock, recipe, locked} = this.#request;
    if (lock === undefined) return {};
    // Loaded here: most recipes have no lock.
    const {digestsOfFiles, targetLock} = await import('./lock-target.ts');
    const made: TargetLock[] = [];
    for (const target of targets) made.push(await targetLock(this.#workshop, this.#request, source, target));
    if (lock === 'made') return {targetLocks: made};
    const {holdToLock} = await import('./lock-differences.ts');
    const now = {files: await digestsOfFiles(recipe), targets: made};
    return {
      targetLocks: made,
      lockDifferences: holdToLock(lock, now, {locked, report: this.#workshop.report}),
    };
  }

  /** The target with Debian's kernel for its own, which answers to nobody's goals. */
  async #onStockKernel(target: Target, {builder: suite}: KernelLine): Promise<BuiltTarget> {
    const {arch, resolved} = target;
    const kernel = await obtainStockKernel(this.#workshop, {arch, suite, locked: this.#request.locked});
    const configText = await readFile(join(kernel.dir, 'config'), 'latin1');
    return {
      ...target,
      resolved: {...resolved, configText, configDigest: kernel.value.configDigest, goals: [], added: []},
      kernel,
      modules: new Map(),
      initramfsModules: stockInitramfsModules,
    };
  }

  /** Where machines of several architectures are made, each gets the modules of its own images. */
  #modulesFor({arch, recipe}: Target): readonly ModuleRecipe[] {
    if (this.#request.stockKernel) return [];
    if (this.#architectures.length === 1) return recipe.modules;
    const own = this.#images.filter((image) => architectureOf(image, this.#request.arch) === arch);
    const wanted = withNeeded(
      own.flatMap((image) => image.modules),
      recipe.modules,
    );
    return recipe.modules.filter(({name}) => wanted.has(name));
  }

  /** Runs on this machine, and builds for `target`. */
  #builder(suite: string, target: Architecture): Promise<Builder> {
    return this.#builderOf(suite, builderSet(suite, target));
  }

  /** The kernel's own, unless the module's steps need more. */
  async #moduleBuilder(module: ModuleRecipe, line: KernelLine, {arch, builder}: Target): Promise<Builder> {
    const set = moduleBuilderSet(module, line.builder, arch);
    return set === undefined ? builder : this.#builderOf(line.builder, set);
  }

  async #builderOf(suite: string, set: PackageSet): Promise<Builder> {
    const key = `${suite} ${set.name}`;
    const options = this.#debian(suite, debianArchitectureOfMachine());
    const builder =
      this.#builders.get(key) ??
      makeBuilder(await obtainBuilder(this.#workshop, set, options), this.#request.engine, this.#workshop);
    this.#builders.set(key, builder);
    return builder;
  }

  #debian(suite: string, architecture: DebianOptions['architecture']): DebianOptions {
    return {suite, architecture, locked: this.#request.locked};
  }

  async #source(): Promise<KernelSource> {
    const tools = await this.#builder(toolsSuite, machineArchitecture() ?? this.#request.arch);
    const spec = this.#spec;
    const suite = spec.kind === 'debian' ? kernelLineOf(spec.version).builder : toolsSuite;
    return obtainKernelSource(
      this.#workshop,
      tools,
      spec,
      this.#debian(suite, debianArchitectureOfMachine()),
    );
  }

  async #userlands(line: KernelLine): Promise<ReadonlyMap<string, Userland>> {
    const userlands = new Map<string, Userland>();
    for (const image of this.#images) {
      const set = imageSet(this.#request.recipe.name, image.role, image.packages);
      const arch = debianArchitecture(architectureOf(image, this.#request.arch));
      const options = this.#debian(line.userland, arch);
      const {dir, digest} = await obtainUserland(this.#workshop, set, options);
      userlands.set(image.role, {tar: join(dir, 'rootfs.tar'), digest});
    }
    return userlands;
  }

  async #makeImages(
    built: readonly BuiltTarget[],
    userlands: ReadonlyMap<string, Userland>,
  ): Promise<Images> {
    const {recipe, access} = this.#request;
    const images = new Map<string, MadeImage>();
    const scenario = recipe.prove === undefined ? undefined : findScenario(recipe.prove, valuesOf(recipe));
    const addresses = proofAddresses(
      Object.keys(recipe.images).flatMap((role) => machinesOf(scenario, role)),
    );
    for (const image of Object.values(recipe.images)) {
      const userland = userlands.get(image.role);
      if (userland === undefined) continue;
      const machines = machinesOf(scenario, image.role).map((name) => ({name, address: addresses[name]!}));
      const arch = architectureOf(image, this.#request.arch);
      const {kernel, modules, resolved, initramfsModules} = built.find((target) => target.arch === arch)!;
      const {tuned = []} = image;
      const isBuiltIn = (symbol: string): boolean => resolved.configText.includes(`\nCONFIG_${symbol}=y\n`);
      const tools = await this.#builder(toolsSuite, arch);
      const chosen = image.modules.flatMap((name) => modules.get(name) ?? []);
      const tree = await obtainModuleTree(this.#workshop, tools, kernel, chosen);
      const programs = chosen
        .filter(({value}) => Object.keys(value.programs).length > 0)
        .map(({dir}) => join(dir, 'programs'));
      const made = await makeImage(this.#workshop, tools, {
        recipe: recipe.name,
        // What a recipe's own overlays have at the same place wins.
        image: {
          ...image,
          overlays: [...programs, ...image.overlays],
          commandLine: [...image.commandLine, ...wordsOf(tuned, isBuiltIn)],
        },
        files: filesOf(tuned, isBuiltIn),
        architecture: arch,
        userland,
        kernel: {
          release: kernel.value.release,
          digest: tree.digest,
          vmlinuz: join(kernel.dir, 'vmlinuz'),
          modules: join(tree.dir, 'modules'),
        },
        ...(arch === machineArchitecture() ? {} : {bootFiles: await this.#bootFiles(arch)}),
        initramfsModules,
        access,
        proofCommandLines: Object.fromEntries(
          machines.map((machine) => [
            machine.name,
            [
              ...proofCommandLine(arch, image.role, machine),
              ...(scenario?.commandLine?.(machine.name, addresses) ?? []),
            ],
          ]),
        ),
      });
      images.set(image.role, {image: made, arch, machines, kernel});
    }
    return images;
  }

  /** What images of another architecture than this machine's cannot take from the builder. */
  async #bootFiles(arch: Architecture): Promise<{readonly dir: string; readonly digest: string}> {
    const options = this.#debian(toolsSuite, debianArchitecture(arch));
    const {dir, digest} = await obtainPackageFiles(this.#workshop, bootFilesSet(), options);
    return {dir: join(dir, 'root'), digest};
  }
}

function configurationsOf(targets: readonly Target[]): JobResult['resolved'] {
  return targets.map(({arch, resolved}) => ({arch, ...resolved}));
}

/** Goals that are met: of a wish that was not taken, what its symbol has to be all the same. */
function goalsOf({resolved}: Target): Readonly<Record<string, string>> {
  return Object.fromEntries(
    resolved.goals.filter(({met}) => met).map(({goal: {symbol, value}}) => [symbol, value]),
  );
}

/** The private network of a proof: each machine's address. */
function proofAddresses(machines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(machines.map((name, index) => [name, `10.77.0.${index + 1}`]));
}

/**
 * What only images made for proving have: a root shell on the second serial port, a fixed address, and a name of their own
 * where several are of one role.
 */
function proofCommandLine(arch: Architecture, role: string, {name, address}: MadeMachine): readonly string[] {
  const {console, shell} = boards[arch].ports;
  return [
    `console=${console},115200`,
    `systemd.debug_shell=${shell}`,
    'net.ifnames=0',
    `ip=${address}:::255.255.255.0:${name}:eth0:off`,
    ...(name === role ? [] : [`systemd.hostname=${name}`]),
  ];
}

/** Kernels of several architectures have a folder each. */
function kernelResults({arch, kernel, modules}: BuiltTarget, apart: boolean): readonly Result[] {
  const folder = apart ? arch : '';
  const own = ['config', 'System.map', 'vmlinuz'].map((name) => ({
    name: join(folder, name),
    from: join(kernel.dir, name),
  }));
  const outOfTree = [...modules].flatMap(([name, {dir, value}]) => [
    ...value.files.map((file) => ({
      name: join(folder, 'modules', name, file),
      from: join(dir, 'modules', file),
    })),
    ...Object.entries(value.programs).map(([path, program]) => ({
      name: join(folder, 'programs', name, path),
      from: join(dir, 'programs', path),
      ...program,
    })),
  ]);
  return [...own, ...outOfTree];
}

function imageResults(images: Images): readonly Result[] {
  return [...images.values()].flatMap(({image}) =>
    [image.value.disk, image.value.kernel, image.value.initramfs].map(({name, sha256}) => ({
      name,
      from: join(image.dir, name),
      sha256,
    })),
  );
}
