/** Debian's own configuration of a kernel line, from the package linux-config-VERSION. */

import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type Architecture, machineArchitecture} from '../base/architecture.ts';
import {failure} from '../base/diagnostic.ts';
import type {Stage, Workshop} from '../base/store.ts';
import type {EngineName} from './container.ts';
import {choosePackages, obtainPackages} from './debian/packages.ts';
import {debianArchitecture, debianArchitectureOfMachine, type LockedPackage} from './debian/release.ts';
import {builderSet, kernelConfigSet, toolsSuite} from './debian/sets.ts';
import {kernelLines} from './kernel-line.ts';

export type DebianConfigRequest = {
  /** A kernel line: `6.1`. */
  readonly line: string;
  readonly arch: Architecture;
  readonly engine: 'auto' | EngineName;
  readonly locked: boolean;
};

export type DebianConfig = {
  /** `linux-config-6.1 6.1.192-2`. */
  readonly name: string;
  /** A character a byte. */
  readonly text: string;
};

/** $1 is the path in the package. */
const unpackConfig = `set -o pipefail
dpkg-deb --fsys-tarfile /in/package.deb | tar --extract --to-stdout "./$1" | xz --decompress >/out/config`;

/**
 * What Debian configures its usual kernel of a line with, for servers and desktops alike: the flavour that is named as the
 * architecture.
 *
 * @throws what `choosePackages`, `obtainPackages` and `makeBuilder` throw; exit 1 where the package does not hold it.
 */
export async function obtainDebianConfig(
  workshop: Workshop,
  {line, arch, engine, locked}: DebianConfigRequest,
): Promise<DebianConfig> {
  const suite = kernelLines.find(({version}) => version === line)?.builder ?? toolsSuite;
  const options = {suite, architecture: debianArchitecture(arch), locked};
  const set = kernelConfigSet(line);
  const read = async (dir: string, {name, version}: LockedPackage): Promise<DebianConfig> => ({
    name: `${name} ${version}`,
    text: await readFile(join(dir, 'config'), 'latin1'),
  });
  const [chosen] = (await choosePackages(workshop, set, options)).packages;
  const found = chosen && (await workshop.store.find(configStage(chosen, line, arch)));
  if (found !== undefined) return read(found.dir, chosen!);
  const [one] = await obtainPackages(workshop, set, options);
  if (one === undefined) throw failure('bad-lock', `the lock of ${set.name} has no package`);
  const entry = await workshop.store.obtain(workshop, {
    ...configStage(one, line, arch),
    make: async (dir) => {
      await unpack(workshop, engine, {dir, file: one.file, path: pathOf(line, arch)});
      return null;
    },
  });
  return read(entry.dir, one);
}

function pathOf(line: string, arch: Architecture): string {
  const name = debianArchitecture(arch);
  return `usr/src/linux-config-${line}/config.${name}_none_${name}.xz`;
}

function configStage(
  {version, sha256}: LockedPackage,
  line: string,
  arch: Architecture,
): Omit<Stage<null>, 'make'> {
  return {
    name: 'debian-config',
    title: `Debian's configuration of ${version} ${arch}`,
    version: 1,
    inputs: {package: sha256, path: pathOf(line, arch)},
  };
}

/** In the container, as kernel sources are: this machine may have no xz. */
async function unpack(
  workshop: Workshop,
  engine: DebianConfigRequest['engine'],
  {dir, file, path}: {readonly dir: string; readonly file: string; readonly path: string},
): Promise<void> {
  const [{obtainBuilder}, {makeBuilder}] = await Promise.all([
    import('./debian/builder.ts'),
    import('./engines/select.ts'),
  ]);
  const tools = {suite: toolsSuite, architecture: debianArchitectureOfMachine()};
  const root = await obtainBuilder(
    workshop,
    builderSet(toolsSuite, machineArchitecture() ?? 'x86_64'),
    tools,
  );
  const result = await makeBuilder(root, engine, workshop).capture({
    argv: ['bash', '-e', '-c', unpackConfig, 'unpack', path],
    mounts: [
      {source: file, target: '/in/package.deb', readOnly: true},
      {source: dir, target: '/out', readOnly: false},
    ],
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  if (result.outcome === 'ok') return;
  const said = result.stderr.trim().split('\n').slice(-2).join('; ');
  throw failure('corrupt-package', `${file} has no ${path}: ${said}`, {
    hint: 'compare with a .config file instead: --against FILE',
  });
}
