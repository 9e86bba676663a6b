/**
 * The main job: from a composed recipe to images that were seen working. Each step is a stage of the store, a
 * function of its inputs' digests; a step after it names its digest, so that a change goes just as far as it must.
 */

import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {takeLock} from '../base/lock.ts';
import type {ProgressEvent} from '../base/progress.ts';
import type {Workshop} from '../base/store.ts';
import type {Builder} from '../build/container.ts';
import {obtainBuilder} from '../build/debian/builder.ts';
import {type DebianOptions, debianArchitecture} from '../build/debian/release.ts';
import {builderSet, imageSet} from '../build/debian/sets.ts';
import {obtainUserland} from '../build/debian/userland.ts';
import {makeBuilder, removeLeftContainers} from '../build/engines/select.ts';
import {type Kernel, obtainKernel} from '../build/kernel.ts';
import {type BuiltModules, obtainModules} from '../build/modules/stage.ts';
import {obtainModuleTree} from '../build/modules/tree.ts';
import {type KernelSource, type KernelSourceSpec, obtainKernelSource} from '../build/source.ts';
import {requireApart} from '../build/source-directory.ts';
import {makeImage} from '../image/image.ts';
import {composeRecipe} from '../recipe/compose.ts';
import type {ImageRecipe, Recipe} from '../recipe/recipe.ts';
import {obtainConfig} from './config.ts';
import {moduleRecipe} from './modules.ts';
import {type Images, type MadeImage, obtainProof} from './proof.ts';
import {publish, type Result} from './publish.ts';
import type {JobRequest, JobResult, StageRecord} from './request.ts';
import {sourceSpec} from './source-spec.ts';

export type {JobRequest, JobResult} from './request.ts';

/** Debian's release that userlands and builders are made of. */
export const suite = 'bookworm';

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
  if (spec.kind === 'directory') await requireApart(spec.path, [request.outDir, store.root]);
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
  readonly #debian: DebianOptions;

  constructor(request: JobRequest, spec: KernelSourceSpec, workshop: Workshop) {
    this.#request = request;
    this.#spec = spec;
    this.#workshop = workshop;
    this.#debian = {suite, architecture: debianArchitecture(request.arch), locked: request.locked};
  }

  async run(): Promise<Omit<JobResult, 'stages'>> {
    const {arch, upTo, outDir} = this.#request;
    // One that a killed kbuild has left would go on writing into what is made anew.
    await removeLeftContainers(this.#workshop);
    const builder = await this.#builder();
    const source = await obtainKernelSource(this.#workshop, builder, this.#spec, this.#debian);
    const recipe = composeRecipe(this.#request.recipe, {arch, kernelVersion: source.release});
    const resolved = await obtainConfig(this.#workshop, {recipe, arch, source, builder});
    const inputs = {
      recipe: recipe.name,
      source: source.digest,
      builder: builder.digest,
      config: resolved.configDigest,
      goals: Object.fromEntries(recipe.goals.map(({symbol, value}) => [symbol, value])),
    };
    if (upTo === 'config') return {outDir, files: [], resolved};

    // Packages first: a mirror that cannot be reached is found out before the compiler has run for minutes.
    const userlands = upTo === 'build' ? new Map<string, Userland>() : await this.#userlands();
    const kernel = await obtainKernel(this.#workshop, {
      ...this.#request,
      source,
      builder,
      configText: resolved.configText,
    });
    const modules = await this.#modules(recipe, builder, source, kernel);
    if (upTo === 'build') {
      return {outDir, resolved, files: await publish(outDir, kernelResults(kernel, modules), inputs)};
    }

    const images = await this.#images(builder, kernel, modules, userlands);
    const boot = upTo === 'boot' ? await obtainProof(this.#workshop, this.#request, images) : undefined;
    const results = [...kernelResults(kernel, modules), ...imageResults(images), ...(boot?.results ?? [])];
    const files = await publish(outDir, results, {
      ...inputs,
      userlands: Object.fromEntries([...userlands].map(([role, {digest}]) => [role, digest])),
      modules: Object.fromEntries([...modules].map(([name, {digest}]) => [name, digest])),
      commandLines: Object.fromEntries([...images].map(([role, {image}]) => [role, image.value.commandLine])),
      proved: boot !== undefined,
    });
    return {outDir, resolved, files, ...(boot === undefined ? {} : {boot: boot.report})};
  }

  async #builder(): Promise<Builder> {
    const set = builderSet();
    const root = await obtainBuilder(this.#workshop, set, this.#debian);
    return makeBuilder(root, this.#request.engine, this.#workshop);
  }

  /** The images asked for, by role. */
  get #wanted(): readonly ImageRecipe[] {
    const {recipe, roles} = this.#request;
    return Object.values(recipe.images).filter(({role}) => roles === undefined || roles.includes(role));
  }

  async #userlands(): Promise<ReadonlyMap<string, Userland>> {
    const userlands = new Map<string, Userland>();
    for (const {role, packages} of this.#wanted) {
      const set = imageSet(this.#request.recipe.name, role, packages);
      const {dir, digest} = await obtainUserland(this.#workshop, set, this.#debian);
      userlands.set(role, {tar: join(dir, 'rootfs.tar'), digest});
    }
    return userlands;
  }

  async #modules(
    recipe: Recipe,
    builder: Builder,
    source: KernelSource,
    kernel: Kernel,
  ): Promise<ReadonlyMap<string, BuiltModules>> {
    const built = new Map<string, BuiltModules>();
    for (const name of recipe.modules) {
      const module = await moduleRecipe(this.#workshop, name, this.#debian);
      built.set(
        name,
        await obtainModules(this.#workshop, {kernel, source, builder, module, jobs: this.#request.jobs}),
      );
    }
    return built;
  }

  async #images(
    builder: Builder,
    kernel: Kernel,
    modules: ReadonlyMap<string, BuiltModules>,
    userlands: ReadonlyMap<string, Userland>,
  ): Promise<Images> {
    const {recipe, arch, access} = this.#request;
    const images = new Map<string, MadeImage>();
    for (const [index, image] of Object.values(recipe.images).entries()) {
      const userland = userlands.get(image.role);
      if (userland === undefined) continue;
      const chosen = image.modules.map((name) => modules.get(name)!);
      const tree = await obtainModuleTree(this.#workshop, builder, kernel, chosen);
      const address = proofAddress(index);
      const made = await makeImage(this.#workshop, builder, {
        recipe: recipe.name,
        image,
        architecture: arch,
        userland,
        kernel: {
          release: kernel.value.release,
          digest: tree.digest,
          vmlinuz: join(kernel.dir, 'vmlinuz'),
          modules: join(tree.dir, 'modules'),
        },
        initramfsModules: [],
        access,
        proofCommandLine: proofCommandLine(image.role, address),
      });
      images.set(image.role, {image: made, address, kernel});
    }
    return images;
  }
}

/** The private network of a proof. */
function proofAddress(index: number): string {
  return `10.77.0.${index + 1}`;
}

/** What only images made for proving have: a root shell on the second serial port, and a fixed address. */
function proofCommandLine(role: string, address: string): readonly string[] {
  return [
    'console=ttyS0,115200',
    'systemd.debug_shell=ttyS1',
    'net.ifnames=0',
    `ip=${address}:::255.255.255.0:${role}:eth0:off`,
  ];
}

function kernelResults(kernel: Kernel, modules: ReadonlyMap<string, BuiltModules>): readonly Result[] {
  const own = ['config', 'System.map', 'vmlinuz'].map((name) => ({name, from: join(kernel.dir, name)}));
  const built = [...modules].flatMap(([name, {dir, value}]) =>
    value.files.map((file) => ({name: join('modules', name, file), from: join(dir, 'modules', file)})),
  );
  return [...own, ...built];
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
