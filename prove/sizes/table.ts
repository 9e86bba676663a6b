/**
 * What was measured of a recipe, by line of kernels and architecture, and of every recipe beside Debian's own kernel; and
 * the page that shows it.
 */

import type {Architecture} from '../../src/base/architecture.ts';

export type Sizes = {
  readonly version: 1;
  readonly recipe: string;
  /** One for every line and architecture. */
  readonly rows: readonly Row[];
  /** One for every recipe that has a proof. */
  readonly compared: readonly Compared[];
};

/** A recipe's images with its own kernel and with Debian's, started in the same machines, one after the other. */
export type Compared = {
  readonly recipe: string;
  readonly own: Seen;
  readonly stock: Seen;
};

/** What was seen, by the architecture of the machines, or why nothing was. */
export type Seen = Readonly<Partial<Record<Architecture, Measured>>> | {readonly reason: string};

export type Row = {
  /** `6.1` */
  readonly kernel: string;
  readonly arch: Architecture;
  /** What was seen, or why nothing was. */
  readonly seen: Measured | {readonly reason: string};
};

export type Measured = {
  readonly release: string;
  readonly kernelBytes: number;
  /** Those of the kernel's own tree. */
  readonly modules: {readonly files: number; readonly bytes: number};
  /** By name. */
  readonly outOfTree: Readonly<Record<string, {readonly files: number; readonly bytes: number}>>;
  readonly acceleration: {readonly kind: 'kvm' | 'tcg'; readonly cpu: string};
  readonly load: Load;
  readonly machines: readonly MeasuredMachine[];
};

/** What the measuring machine had to do besides, just before the start: its load of one minute. */
export type Load = {readonly processors: number; readonly before: number};

export type MeasuredMachine = {
  readonly role: string;
  /** Where several are of one role. */
  readonly name?: string;
  readonly initramfsBytes: number;
  readonly diskBytes: number;
  /** What the file takes on a file system with holes. */
  readonly allocatedBytes: number;
  /** Seconds from power on, at the first start. */
  readonly start: {readonly kernel?: number; readonly init?: number; readonly up?: number};
  /** Of a machine that was started and not proved: services that did not come up. */
  readonly failedUnits?: readonly string[];
};

/** The page, in Markdown. */
export function sizesPage({recipe, rows, compared}: Sizes): string {
  const measured = rows.flatMap((row) => ('reason' in row.seen ? [] : [{...row, seen: row.seen}]));
  const kernels = rows.map(({kernel, arch, seen}) =>
    'reason' in seen ? [kernel, arch, '-', '-', '-', '-'] : [kernel, arch, ...kernelCells(seen)],
  );
  const machines = rows.flatMap(({kernel, arch, seen}) =>
    'reason' in seen
      ? [[kernel, arch, ...Array<string>(7).fill('-')]]
      : seen.machines.map((machine) => [kernel, arch, ...machineCells(machine)]),
  );
  const missing = rows.flatMap(({kernel, arch, seen}) =>
    'reason' in seen ? [`- ${kernel}, ${arch}: ${seen.reason}`] : [],
  );
  return [
    '# Sizes and boot times',
    '',
    `Of the recipe \`${recipe}\`, measured by \`npm run sizes\`, which writes this page. 1 MB is 10⁶ bytes.`,
    '',
    '## Kernels',
    ...table(['kernel', 'architecture', 'release', 'boot image', 'its modules', 'out of tree'], kernels),
    '',
    "The boot image is x86_64's bzImage, which is compressed, or arm64's Image, which is not.",
    '',
    '## Images and their start',
    ...table(
      [
        'kernel',
        'architecture',
        'role',
        'initramfs',
        'disk',
        'of it allocated',
        'kernel starts',
        'first process',
        'systemd up',
      ],
      machines,
    ),
    '',
    'Times count from power on, at the first start of a proof in which all machines start together.',
    ...(measured.length === 0 ? [] : ['', ...accelerations(measured)]),
    ...(missing.length === 0 ? [] : ['', '## Not measured', ...missing]),
    '',
    ...comparison(compared),
    '',
  ].join('\n');
}

/** Each recipe's kernel beside Debian's. */
function comparison(compared: readonly Compared[]): readonly string[] {
  const sides = compared.flatMap(({recipe, own, stock}) => [
    {recipe, kernel: 'its own', seen: own},
    {recipe, kernel: "Debian's", seen: stock},
  ]);
  const measured = sides.flatMap(({recipe, kernel, seen}) =>
    'reason' in seen
      ? []
      : Object.entries(seen).map(([arch, ofArch]) => ({recipe, arch, kernel, seen: ofArch})),
  );
  const machines = measured.flatMap(({recipe, arch, kernel, seen}) =>
    seen.machines.map(({role, name, diskBytes, start, failedUnits}) => [
      recipe,
      name ?? role,
      arch,
      kernel,
      megabytes(diskBytes),
      ...[start.kernel, start.init, start.up].map(seconds),
      (failedUnits ?? []).join(', ') || 'none',
    ]),
  );
  const missing = sides.flatMap(({recipe, kernel, seen}) =>
    'reason' in seen ? [`- ${recipe}, ${kernel} kernel: ${seen.reason}`] : [],
  );
  return [
    "## Recipes beside Debian's kernel",
    "The same images, once with the recipe's kernel and once with the one that Debian ships for that line, without modules from",
    'out of the tree: each started, and not proved, in the same machines (`kbuild boot NAME --no-prove`, `--stock-kernel`).',
    ...table(
      ['recipe', 'architecture', 'kernel', 'release', 'boot image', 'its modules'],
      measured.map(({recipe, arch, kernel, seen: {release, kernelBytes, modules}}) => [
        recipe,
        arch,
        kernel,
        release,
        megabytes(kernelBytes),
        modulesText(modules),
      ]),
    ),
    '',
    ...table(
      [
        'recipe',
        'machine',
        'architecture',
        'kernel',
        'disk',
        'kernel starts',
        'first process',
        'systemd up',
        'failed units',
      ],
      machines,
    ),
    ...(measured.length === 0
      ? []
      : [
          '',
          ...accelerations(
            measured.map(({recipe, arch, kernel, seen}) => ({kernel: `${recipe}, ${kernel}`, arch, seen})),
          ),
        ]),
    ...(missing.length === 0 ? [] : ['', 'Not measured:', ...missing]),
  ];
}

function kernelCells({release, kernelBytes, modules, outOfTree}: Measured): readonly string[] {
  const others = Object.entries(outOfTree).map(([name, one]) => `${name}: ${modulesText(one)}`);
  return [release, megabytes(kernelBytes), modulesText(modules), others.join(', ') || 'none'];
}

function machineCells({role, initramfsBytes, diskBytes, allocatedBytes, start}: MeasuredMachine): string[] {
  return [
    role,
    ...[initramfsBytes, diskBytes, allocatedBytes].map(megabytes),
    ...[start.kernel, start.init, start.up].map(seconds),
  ];
}

function modulesText({files, bytes}: {readonly files: number; readonly bytes: number}): string {
  return `${files}, ${megabytes(bytes)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 2 : 0)} MB`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)} s`;
}

/** How each was run: times are of that machine, and of no other. */
function accelerations(rows: readonly {kernel: string; arch: string; seen: Measured}[]): readonly string[] {
  return rows.map(({kernel, arch, seen}) => {
    const {kind, cpu} = seen.acceleration;
    const {processors, before} = seen.load;
    const way = kind === 'kvm' ? 'with KVM' : `emulated by QEMU, without KVM, as ${cpu}`;
    return `- ${kernel}, ${arch}: ${way}, on ${processors} processors with a load of ${before.toFixed(1)} before the start.`;
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
