/**
 * Whether a module fits a kernel, judged before it is installed by what the kernel itself would judge at load:
 * `vermagic`, and the CRC of every symbol it takes (kernel/module/version.c, Linux 6.1).
 */

import {elfSections, textAt, undefinedSymbols} from './elf.ts';

/** What a kernel accepts. */
export type KernelInterface = {
  /** `6.1.192 SMP preempt mod_unload modversions `; absent where the kernel has no module to read it from. */
  readonly vermagic?: string;
  /** CRC by exported symbol, from Module.symvers; 0 where the kernel was built without MODVERSIONS. */
  readonly exports: ReadonlyMap<string, number>;
};

/** One reason for which the kernel would refuse the module. */
export type Misfit =
  | {readonly kind: 'vermagic'; readonly module: string; readonly found: string; readonly wanted: string}
  | {
      readonly kind: 'version';
      readonly module: string;
      readonly symbol: string;
      readonly found: number;
      readonly wanted: number;
    }
  | {readonly kind: 'unknown-symbol'; readonly module: string; readonly symbol: string};

/** Lines of Module.symvers: `0x12345678<tab>symbol<tab>module<tab>export type`. */
export function parseSymvers(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([crc, symbol]) =>
        crc === undefined || symbol === undefined ? [] : [[symbol, Number.parseInt(crc, 16)] as const],
      ),
  );
}

/** The value of one key of a module's `.modinfo` section, undefined if it has none. */
export function modinfo(file: Uint8Array, name: string, key: string): string | undefined {
  const section = elfSections(file, name).get('.modinfo');
  if (section === undefined) return undefined;
  const entries = Buffer.from(section).toString('latin1').split('\0');
  return entries.find((entry) => entry.startsWith(`${key}=`))?.slice(key.length + 1);
}

/** All reasons for which this kernel would refuse the module; empty if it fits. */
export function misfits(file: Uint8Array, module: string, kernel: KernelInterface): readonly Misfit[] {
  const found = modinfo(file, module, 'vermagic') ?? '';
  const magic: Misfit[] =
    kernel.vermagic === undefined || kernel.vermagic === found
      ? []
      : [{kind: 'vermagic', module, found, wanted: kernel.vermagic}];
  const sections = elfSections(file, module);
  const unknown = undefinedSymbols(sections)
    .filter((symbol) => !kernel.exports.has(symbol))
    .map((symbol): Misfit => ({kind: 'unknown-symbol', module, symbol}));
  const versions = sections.get('__versions');
  return [...magic, ...unknown, ...(versions === undefined ? [] : versionMisfits(versions, module, kernel))];
}

/** struct modversion_info, include/linux/module.h: an unsigned long, then the name, 64 bytes in all. */
const versionRecordSize = 64;
const versionNameOffset = 8;

function versionMisfits(versions: Uint8Array, module: string, kernel: KernelInterface): readonly Misfit[] {
  const view = new DataView(versions.buffer, versions.byteOffset, versions.byteLength);
  const records = Array.from(
    {length: Math.floor(versions.length / versionRecordSize)},
    (_, index) => index * versionRecordSize,
  );
  return records.flatMap((at): Misfit[] => {
    const symbol = textAt(versions.subarray(at + versionNameOffset, at + versionRecordSize), 0);
    const found = Number(view.getBigUint64(at, true) & 0xffffffffn);
    const wanted = kernel.exports.get(symbol);
    return wanted === undefined || wanted === found ? [] : [{kind: 'version', module, symbol, found, wanted}];
  });
}

/** One line for people. */
export function describeMisfit(misfit: Misfit): string {
  switch (misfit.kind) {
    case 'vermagic':
      return `${misfit.module} was built for “${misfit.found.trim()}”, this kernel is “${misfit.wanted.trim()}”`;
    case 'version':
      return `${misfit.module} was built against another version of ${misfit.symbol} (${hex(misfit.found)}, this kernel has ${hex(misfit.wanted)})`;
    case 'unknown-symbol':
      return `${misfit.module} needs ${misfit.symbol}, which this kernel does not export`;
  }
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`;
}
