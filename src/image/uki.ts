/**
 * The unified kernel image: systemd's stub with kernel, initramfs and command line as further PE sections,
 * one file that firmware starts. UAPI group specification 5, "Unified Kernel Image".
 */

import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import {architectureFacts, binutilsPrefix, efiDirectory} from './architecture.ts';
import type {ImageSpec} from './spec.ts';
import {type Bench, runTool} from './tool.ts';

export type UkiSection = {readonly name: string; readonly file: string; readonly bytes: number};
export type PlacedSection = UkiSection & {readonly address: bigint};

/** Sections are mapped in pages; the stub's own alignment of 512 would do for firmware, but not for all of it. */
const pageBytes = 4096n;

/** The address after the last section in what `objdump -h` wrote; 0 when there is none. */
export function endOfSections(objdump: readonly string[]): bigint {
  let end = 0n;
  for (const line of objdump) {
    const match = /^\s*\d+\s+\S+\s+([0-9a-f]{8,})\s+([0-9a-f]{8,16})\s/.exec(line);
    if (match === null) continue;
    const sectionEnd = BigInt(`0x${match[1]}`) + BigInt(`0x${match[2]}`);
    if (sectionEnd > end) end = sectionEnd;
  }
  return end;
}

/** Gives each section an address of its own after `end`, at a page's start, in the order given. */
export function placeSections(sections: readonly UkiSection[], end: bigint): PlacedSection[] {
  let address = end;
  return sections.map((section) => {
    address = ((address + pageBytes - 1n) / pageBytes) * pageBytes;
    const placed = {...section, address};
    address += BigInt(section.bytes);
    return placed;
  });
}

/** `--preserve-dates` keeps the stub's time in the PE header; without it objcopy writes the present one. */
export function objcopyArgv(
  architecture: Architecture,
  sections: readonly PlacedSection[],
  stub: string,
  output: string,
): string[] {
  const flags = sections.flatMap(({name, file, address}) => [
    `--add-section=${name}=${file}`,
    `--change-section-vma=${name}=0x${address.toString(16)}`,
  ]);
  return [`${binutilsPrefix(architecture)}objcopy`, '--preserve-dates', ...flags, stub, output];
}

/** os-release(5) of the boot entry: what systemd-boot shows and sorts by. */
export function bootEntryRelease(spec: ImageSpec): string {
  const {recipe, image, kernel} = spec;
  return [
    'NAME=kbuild',
    'ID=kbuild',
    `PRETTY_NAME="${recipe} ${image.role}"`,
    `VERSION_ID="${kernel.release}"`,
    `IMAGE_ID=${recipe}-${image.role}`,
    '',
  ].join('\n');
}

export type UkiParts = {
  /** Paths in the container, with the files' lengths. */
  readonly kernel: {readonly file: string; readonly bytes: number};
  readonly initramfs: {readonly file: string; readonly bytes: number};
  readonly commandLine: string;
};

/** Makes `<name>` in the work directory. */
export async function makeUki(bench: Bench, spec: ImageSpec, name: string, parts: UkiParts): Promise<void> {
  const text = async (section: string, content: string): Promise<UkiSection> => {
    const file = `${name}${section}`;
    await writeFile(join(bench.workDir, file), content);
    return {name: section, file: `/build/${file}`, bytes: Buffer.byteLength(content)};
  };
  const {architecture} = spec;
  const stub = `${bench.bootRoot}${efiDirectory}/${architectureFacts[architecture].stub}`;
  const listing = await runTool(bench, 'reading the UKI stub', {
    argv: [`${binutilsPrefix(architecture)}objdump`, '-h', stub],
  });
  const sections = placeSections(
    [
      await text('.osrel', bootEntryRelease(spec)),
      await text('.cmdline', parts.commandLine),
      await text('.uname', spec.kernel.release),
      {name: '.linux', ...parts.kernel},
      {name: '.initrd', ...parts.initramfs},
    ],
    endOfSections(listing),
  );
  await runTool(bench, `making the unified kernel image ${name}`, {
    argv: objcopyArgv(architecture, sections, stub, `/build/${name}`),
  });
}
