/** Whether a root has the shared libraries that the programs laid over it need: ld.so(8), ELF-64 Object File Format 1.5. */

import {readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import {listOverlay} from './overlay.ts';
import type {ImageSpec} from './spec.ts';

const magic = 0x7f454c46;
const class64 = 2;
const littleEndian = 1;
const segment = {load: 1, dynamic: 2} as const;
const tag = {needed: 1, strings: 5, rpath: 15, runpath: 29} as const;

/** Where the dynamic linker looks for a name without being told; one with a slash is a path. */
const linkerPath = /^(\.?\/)?(usr\/)?(local\/)?lib(32|64|x32)?\/([^/]+-linux-gnu[^/]*\/)?[^/]+$/;

/**
 * Throws bad input (`missing-library`) that names each program of the overlays with a library that neither they nor the
 * root's packages have. `paths` are those of the root.
 */
export async function requireLibraries(
  {image, recipe}: Pick<ImageSpec, 'image' | 'recipe'>,
  paths: readonly string[],
): Promise<void> {
  const overlays = await Promise.all(
    image.overlays.map(async (overlay) => ({overlay, files: await listOverlay(overlay)})),
  );
  const all = [...paths, ...overlays.flatMap(({files}) => files.map(({path}) => path))];
  const names = new Set(all.map((path) => basename(path)));
  const linked = new Set(all.filter((path) => linkerPath.test(path)).map((path) => basename(path)));
  const missing: string[] = [];
  for (const {overlay, files} of overlays) {
    for (const file of files) {
      if (file.kind === 'link') continue;
      const {libraries, hasPath} = neededLibraries(await readFile(join(overlay, file.path)));
      const known = hasPath ? names : linked;
      const lacking = libraries.filter((library) => !library.includes('/') && !known.has(library));
      if (lacking.length > 0) missing.push(`/${file.path} needs ${lacking.join(', ')}`);
    }
  }
  if (missing.length === 0) return;
  throw badInput(
    'missing-library',
    `image ${image.role} of recipe ${recipe} lacks shared libraries: ${missing.join('; ')}`,
    {hint: 'add the Debian packages that bring them below `packages` of the image'},
  );
}

type Needed = {
  /** The names under which a program asks for libraries. */
  readonly libraries: readonly string[];
  /** Whether it says itself where some of them lie (DT_RPATH, DT_RUNPATH). */
  readonly hasPath: boolean;
};

/** Nothing for what is no 64-bit little-endian ELF file, is linked statically, or is cut short. */
export function neededLibraries(file: Uint8Array): Needed {
  const nothing: Needed = {libraries: [], hasPath: false};
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 64 || view.getUint32(0) !== magic) return nothing;
  if (file[4] !== class64 || file[5] !== littleEndian) return nothing;
  try {
    return readDynamic(view);
  } catch (error) {
    if (error instanceof RangeError) return nothing;
    throw error;
  }
}

function readDynamic(view: DataView): Needed {
  const word = (at: number) => Number(view.getBigUint64(at, true));
  const start = word(0x20); // e_phoff
  const size = view.getUint16(0x36, true); // e_phentsize
  const segments = Array.from({length: view.getUint16(0x38, true)}, (_, index) => start + index * size);
  const typed = (type: number) => segments.filter((at) => view.getUint32(at, true) === type);
  const entries = typed(segment.dynamic).flatMap((at) => {
    const [offset, bytes] = [word(at + 8), word(at + 32)]; // p_offset, p_filesz
    return Array.from({length: bytes / 16}, (_, index) => ({
      tag: word(offset + index * 16),
      value: word(offset + index * 16 + 8),
    }));
  });
  const strings = entries.find((entry) => entry.tag === tag.strings)?.value;
  if (strings === undefined) return {libraries: [], hasPath: false};
  // The address of a string is that of the loaded program.
  const holder = typed(segment.load).find(
    (at) => strings >= word(at + 16) && strings < word(at + 16) + word(at + 32),
  );
  if (holder === undefined) return {libraries: [], hasPath: false};
  const offset = word(holder + 8) + strings - word(holder + 16);
  const needed = entries.filter((entry) => entry.tag === tag.needed);
  return {
    libraries: needed.map(({value}) => textAt(view, offset + value)),
    hasPath: entries.some((entry) => entry.tag === tag.rpath || entry.tag === tag.runpath),
  };
}

/** The zero-terminated text at an offset. */
function textAt(view: DataView, offset: number): string {
  let text = '';
  for (let at = offset, byte = view.getUint8(at); byte !== 0; byte = view.getUint8(++at)) {
    text += String.fromCharCode(byte);
  }
  return text;
}
