/** Reads what one job has left: the answer of `kbuild recipe --json`, its manifest, and its files. */

import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {type Architecture, architectures} from '../../src/base/architecture.ts';
import {type BootReport, type MachineReport, slowest} from '../../src/boot/index.ts';
import type {Load, Measured, MeasuredMachine, Seen} from './table.ts';

/** What is read of the object that `kbuild recipe --json` writes, and `kbuild boot --no-prove --json`. */
export type Answer = {
  readonly ok?: boolean;
  readonly exitCode?: number;
  readonly outDir?: string;
  readonly boot?: BootReport;
  /** Started, and not proved. */
  readonly machines?: readonly (MachineReport & {readonly failedUnits: readonly string[]})[];
  readonly diagnostics?: readonly {readonly code: string; readonly message: string}[];
};

/** What is read of a manifest. */
type Manifest = {
  readonly inputs: {
    readonly kernels: Readonly<
      Record<string, {readonly release: string; readonly modules: {files: number; bytes: number}}>
    >;
  };
  readonly files: readonly {readonly path: string; readonly bytes: number}[];
};

/** What was seen of a job that worked, by the architecture of its machines; of one that did not, what its first error is called. */
export async function seenOf(answer: Answer, load: Load): Promise<Seen> {
  if (!answer.ok) {
    const why = answer.diagnostics?.[0]?.code ?? 'it said nothing';
    return {reason: `ended with ${answer.exitCode ?? 'no exit code'}: ${why}`};
  }
  const {outDir} = answer;
  const machines = answer.boot?.machines ?? answer.machines;
  if (outDir === undefined || machines === undefined) return {reason: 'the recipe has no proof that boots'};
  const manifest = JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')) as Manifest;
  const found: Partial<Record<Architecture, Measured>> = {};
  for (const arch of architectures) {
    const its = machines.filter(({architecture}) => architecture === arch);
    if (its.length > 0) found[arch] = {...(await measured(outDir, manifest, its, arch)), load};
  }
  return found;
}

async function measured(
  outDir: string,
  {inputs, files}: Manifest,
  started: NonNullable<Answer['machines']> | BootReport['machines'],
  arch: Architecture,
): Promise<Omit<Measured, 'load'>> {
  const {release, modules} = inputs.kernels[arch]!;
  const bytesOf = (path: string): number => files.find((file) => file.path === path)!.bytes;
  const machines: MeasuredMachine[] = [];
  for (const {name, role, boots, ...more} of started) {
    const disk = `${role}.img`;
    const first = boots[0];
    machines.push({
      role,
      ...(name === role ? {} : {name}),
      initramfsBytes: bytesOf(`${role}.initramfs`),
      diskBytes: bytesOf(disk),
      allocatedBytes: (await stat(join(outDir, disk))).blocks * 512,
      start: {
        ...(first?.firmwareSeconds === undefined ? {} : {kernel: first.firmwareSeconds}),
        ...(first?.kernelSeconds === undefined ? {} : {init: first.kernelSeconds}),
        ...(first?.readySeconds === undefined ? {} : {up: first.readySeconds}),
      },
      ...('failedUnits' in more && more.failedUnits.length > 0 ? {failedUnits: more.failedUnits} : {}),
    });
  }
  const {kind, cpu} = slowest(started.map(({acceleration}) => acceleration));
  return {
    release,
    kernelBytes: bytesOf(`${started[0]!.role}.vmlinuz`),
    modules,
    outOfTree: outOfTree(files, arch),
    acceleration: {kind, cpu},
    machines,
  };
}

/** `modules/NAME/FILE.ko`, in the architecture's own folder where there are several. */
function outOfTree(files: Manifest['files'], arch: Architecture): Measured['outOfTree'] {
  const sums: Record<string, {files: number; bytes: number}> = {};
  for (const {path, bytes} of files) {
    const parts = path.split('/');
    const [folder, name, file] = parts[0] === arch ? parts.slice(1) : parts;
    if (folder !== 'modules' || name === undefined || !file?.endsWith('.ko')) continue;
    const sum = sums[name] ?? {files: 0, bytes: 0};
    sums[name] = {files: sum.files + 1, bytes: sum.bytes + bytes};
  }
  return sums;
}
