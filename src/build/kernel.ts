/** The kernel stage: a resolved .config and a source tree become a kernel, its modules, and what further modules need. */

import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type Architecture, gnuTriplets, machineArchitecture} from '../base/architecture.ts';
import {failure} from '../base/diagnostic.ts';
import {digestOf, digestOfValue} from '../base/digest.ts';
import type {Entry, Workshop} from '../base/store.ts';
import {type Builder, type ContainerStep, objectCache, sourceDateEpoch} from './container.ts';
import {CompilerErrors} from './make/compiler-errors.ts';
import {withObjectDirectory} from './make/object-directory.ts';
import {countingArgv, countingMakefile, expectedObjects, ObjectCounter} from './make/objects.ts';
import {type KernelSource, requireUnchangedSource} from './source.ts';

export type KernelValue = {
  /** As `uname -r` prints it. */
  readonly release: string;
  /** Objects it consists of, and how many of them were compiled for it: the others were there from the build before. */
  readonly objects: number;
  readonly compiled: number;
  /** SHA-256 of the file `config`, which is what /proc/config.gz holds. */
  readonly configDigest: string;
};

/**
 * A built kernel in the store:
 *
 *     vmlinuz  System.map  config  Module.symvers
 *     modules/lib/modules/<release>/     as modules_install leaves it, depmod run
 *     devel/                             the output directory less its objects, for out-of-tree modules
 */
export type Kernel = Entry<KernelValue>;

export type KernelRequest = {
  readonly source: KernelSource;
  readonly builder: Builder;
  readonly configText: string;
  readonly arch: Architecture;
  readonly jobs: number;
};

/** The image `make` is asked for, where it appears, by architecture. */
const bootImage = {
  x86_64: {target: 'bzImage', path: 'arch/x86/boot/bzImage'},
  arm64: {target: 'Image', path: 'arch/arm64/boot/Image'},
} as const;

/** Everything that would let the time, the place or the person of a build into its bytes. */
const reproducible = {
  KBUILD_BUILD_TIMESTAMP: new Date(sourceDateEpoch * 1000).toUTCString(),
  KBUILD_BUILD_USER: 'kbuild',
  KBUILD_BUILD_HOST: 'kbuild',
  KBUILD_BUILD_VERSION: '1',
} as const;

/** Free space of a trimmed kernel's build, bytes: objects, modules, and what ccache keeps. */
const needsBytes = 4e9;

/** Builds the kernel, or finds it built. Throws KbuildError with the compiler's own words where it fails. */
export async function obtainKernel(workshop: Workshop, request: KernelRequest): Promise<Kernel> {
  const {source, builder, configText, arch} = request;
  return workshop.store.obtain<KernelValue>(workshop, {
    name: 'kernel',
    title: `kernel ${source.release} ${arch}`,
    version: 3,
    inputs: {source: source.digest, builder: builder.digest, config: digestOf(configText), arch},
    needsBytes,
    make: (dir) => buildKernel(workshop, request, dir),
    summary: ({release, objects, compiled}) => `${release}, ${compiled} of ${objects} objects compiled`,
  });
}

async function buildKernel(workshop: Workshop, request: KernelRequest, dir: string): Promise<KernelValue> {
  const {source, builder, arch} = request;
  const key = digestOfValue({source: source.digest, builder: builder.digest, arch});
  return withObjectDirectory(workshop.store, key, join(dir, 'build'), (build, hasObjects) =>
    buildIn(workshop, request, dir, {build, hasObjects}),
  );
}

async function buildIn(
  workshop: Workshop,
  request: KernelRequest,
  dir: string,
  {build, hasObjects}: {build: string; hasObjects: boolean},
): Promise<KernelValue> {
  const {configText, arch} = request;
  const config = Buffer.from(configText, 'latin1');
  const cache = join(workshop.store.root, 'ccache');
  await Promise.all([mkdir(join(dir, 'modules')), mkdir(cache, {recursive: true})]);
  await writeFile(join(build, '.config'), config);
  const make = new KernelMake(workshop, request, {build, cache, out: dir});

  await make.run(['olddefconfig']);
  await requireSameConfig(configText, join(build, '.config'));
  await make.run(['prepare', 'modules_prepare']);
  const expected = await make.countObjects(dir);
  const hasModules = configText.includes('\nCONFIG_MODULES=y\n');
  const targets = [bootImage[arch].target, ...(hasModules ? ['modules'] : [])];
  const compiled = await make.build(targets, expected, hasObjects);
  if (hasModules) await make.run(['modules_install', 'INSTALL_MOD_PATH=/out/modules', 'INSTALL_MOD_STRIP=1']);
  await make.keep(bootImage[arch].path);
  await requireUnchangedSource(workshop, request.source);

  const release = (await readFile(join(build, 'include/config/kernel.release'), 'utf8')).trim();
  const modules = join(dir, 'modules/lib/modules', release);
  // They point at the container's paths.
  await Promise.all(['build', 'source'].map((link) => rm(join(modules, link), {force: true})));
  await writeFile(join(dir, 'config'), config);
  return {release, objects: expected.size || compiled, compiled, configDigest: digestOf(config)};
}

/** The tree's own `conf` has the last word: what it would change, this project evaluated wrongly. */
async function requireSameConfig(ours: string, path: string): Promise<void> {
  const theirs = await readFile(path, 'latin1');
  if (theirs === ours) return;
  const ourLines = ours.split('\n');
  const theirLines = theirs.split('\n');
  const at = theirLines.findIndex((line, index) => line !== ourLines[index]);
  throw failure(
    'config-differs',
    `the kernel's own conf changes the resolved .config, first at line ${at + 1}:\n` +
      `  resolved: ${ourLines[at] ?? '(end of file)'}\n  conf:     ${theirLines[at] ?? '(end of file)'}`,
    {hint: 'this is a fault of kbuild: please report it with the recipe and the kernel version'},
  );
}

/** `make` over one output directory, in the container. */
class KernelMake {
  readonly #workshop: Workshop;
  readonly #request: KernelRequest;
  readonly #step: Omit<ContainerStep, 'argv'>;
  readonly #make: readonly string[];

  constructor(
    workshop: Workshop,
    request: KernelRequest,
    places: {build: string; cache: string; out: string},
  ) {
    this.#workshop = workshop;
    this.#request = request;
    this.#step = {
      mounts: [
        {source: request.source.dir, target: '/src', readOnly: true},
        {source: places.build, target: '/build', readOnly: false},
        {source: places.cache, target: '/cache', readOnly: false},
        {source: places.out, target: '/out', readOnly: false},
      ],
      cwd: '/build',
      environment: {...reproducible, ...objectCache},
      logPath: join(workshop.logDir, 'kernel.log'),
      signal: workshop.signal,
    };
    this.#make = kernelMakeArgv(request.arch, request.jobs);
  }

  async run(targets: readonly string[]): Promise<void> {
    await this.#runMake([...this.#make, ...targets], () => undefined);
  }

  /** The paths of the objects that this configuration consists of; none where make cannot tell. */
  async countObjects(out: string): Promise<ReadonlySet<string>> {
    const makefile = join(out, 'objects.mk');
    await writeFile(makefile, countingMakefile);
    const {signal: _, logPath: __, ...step} = this.#step;
    const counted = await this.#request.builder.capture({
      ...step,
      argv: countingArgv(this.#make, '/out/objects.mk'),
      signal: this.#workshop.signal,
    });
    await rm(makefile);
    this.#workshop.signal.throwIfAborted();
    if (counted.outcome !== 'ok') {
      // A build does not stop for that: it goes on without a known whole.
      const message = `make could not list the objects beforehand:\n${counted.stderr.trim()}`;
      this.#workshop.report({kind: 'said', severity: 'warning', message});
      return new Set();
    }
    return expectedObjects(counted.stdout);
  }

  /**
   * Gives the number of expected objects that were compiled. How many will be is only known beforehand where none
   * is there yet: it is what make finds out.
   */
  async build(
    targets: readonly string[],
    expected: ReadonlySet<string>,
    hasObjects: boolean,
  ): Promise<number> {
    const counter = new ObjectCounter(expected);
    const stage = `kernel ${this.#request.source.release} ${this.#request.arch}`;
    await this.#runMake([...this.#make, ...targets], (line) => {
      if (!counter.see(line)) return;
      const {done} = counter;
      this.#workshop.report({
        kind: 'advanced',
        stage,
        done,
        ...(expected.size > 0 && !hasObjects ? {expected: expected.size} : {}),
        unit: 'objects',
      });
    });
    return counter.done;
  }

  /**
   * Copies to the entry what comes of the build: the boot image, its symbols, and below `devel` what building a
   * module against this kernel takes: no objects, all that is generated.
   */
  async keep(bootImagePath: string): Promise<void> {
    const files = [
      [bootImagePath, 'vmlinuz'],
      ['System.map', 'System.map'],
      ['Module.symvers', 'Module.symvers'],
    ];
    for (const [from, to] of files)
      await this.#runMake(['cp', `/build/${from}`, `/out/${to}`], () => undefined);
    const left = [
      '*.o',
      '*.a',
      '*.ko',
      '.*.cmd',
      '*.mod.c',
      'vmlinux*',
      '.vmlinux*',
      '.tmp_vmlinux*',
      '/arch/*/boot',
    ];
    // Of what syncconfig leaves there, the marks of symbols that are off again would depend on the build before.
    const config = ['auto.conf', 'auto.conf.cmd', 'kernel.release'];
    const argv = [
      'rsync',
      '--archive',
      ...config.map((name) => `--include=/include/config/${name}`),
      '--exclude=/include/config/*',
      ...left.map((pattern) => `--exclude=${pattern}`),
      '/build/',
      '/out/devel/',
    ];
    await this.#runMake(argv, () => undefined);
  }

  async #runMake(argv: readonly string[], onLine: (line: string) => void): Promise<void> {
    const errors = new CompilerErrors();
    const result = await this.#request.builder.run({
      ...this.#step,
      argv,
      onLine: (line) => {
        errors.see(line);
        onLine(line);
      },
    });
    if (result.outcome === 'ok') return;
    this.#workshop.signal.throwIfAborted();
    throw failure(
      'kernel-build-failed',
      errors.message(argv[0] === 'make' ? `make ${argv.at(-1)}` : argv.join(' ')),
      {
        hint: `the whole log is ${this.#step.logPath}`,
      },
    );
  }
}

/** The command that every use of the kernel's Makefile starts from; sources at /src, objects at /build. */
export function kernelMakeArgv(arch: Architecture, jobs: number): readonly string[] {
  const target = Object.entries(kernelTarget(arch)).map(([name, value]) => `${name}=${value}`);
  return ['make', '-C', '/src', 'O=/build', ...target, `-j${jobs}`, '--no-print-directory'];
}

/** What a kernel's Makefile is told of the machine it is for, also in the environment of a module's own build. */
export function kernelTarget(arch: Architecture): Readonly<Record<string, string>> {
  const cross = arch === machineArchitecture() ? {} : {CROSS_COMPILE: `${gnuTriplets[arch]}-`};
  return {ARCH: arch, ...cross};
}
