/** The parts of an ELF64 little-endian relocatable object that a kernel module is judged by. ELF-64 Object File Format 1.5. */

import {badInput} from '../../base/diagnostic.ts';

/** Section contents by name. Of several sections with one name, the last. */
export type ElfSections = ReadonlyMap<string, Uint8Array>;

const magic = 0x7f454c46;
const class64 = 2;
const littleEndian = 1;
const sectionHeaderSize = 64;

/** Reads the section table. Throws KbuildError (exit 2) for what is no ELF64 little-endian file, or cut off. */
export function elfSections(file: Uint8Array, name: string): ElfSections {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 64 || view.getUint32(0) !== magic) throw notModule(name, 'it is no ELF file');
  if (file[4] !== class64 || file[5] !== littleEndian)
    throw notModule(name, 'it is not 64-bit little-endian');
  const tableOffset = Number(view.getBigUint64(0x28, true)); // e_shoff
  const count = view.getUint16(0x3c, true); // e_shnum
  const namesIndex = view.getUint16(0x3e, true); // e_shstrndx
  if (tableOffset + count * sectionHeaderSize > file.length || namesIndex >= count)
    throw notModule(name, 'it is cut off');
  const section = (index: number): {nameOffset: number; bytes: Uint8Array} => {
    const at = tableOffset + index * sectionHeaderSize;
    const type = view.getUint32(at + 0x04, true); // sh_type
    const offset = Number(view.getBigUint64(at + 0x18, true)); // sh_offset
    const size = type === 8 /* SHT_NOBITS */ ? 0 : Number(view.getBigUint64(at + 0x20, true)); // sh_size
    if (offset + size > file.length) throw notModule(name, 'it is cut off');
    return {nameOffset: view.getUint32(at, true), bytes: file.subarray(offset, offset + size)};
  };
  const names = section(namesIndex).bytes;
  return new Map(
    Array.from({length: count}, (_, index) => section(index)).map(({nameOffset, bytes}) => [
      textAt(names, nameOffset),
      bytes,
    ]),
  );
}

/** Names of the symbols a relocatable object leaves undefined, weak ones apart. */
export function undefinedSymbols(sections: ElfSections): readonly string[] {
  const table = sections.get('.symtab');
  const strings = sections.get('.strtab');
  if (table === undefined || strings === undefined) return [];
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const names: string[] = [];
  for (let at = 24; at + 24 <= table.length; at += 24) {
    const binding = view.getUint8(at + 4) >> 4; // st_info
    const sectionIndex = view.getUint16(at + 6, true); // st_shndx
    const name = textAt(strings, view.getUint32(at, true));
    if (sectionIndex === 0 && binding === 1 /* STB_GLOBAL */ && name !== '') names.push(name);
  }
  return names;
}

/** The zero-terminated text at an offset. */
export function textAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return Buffer.from(bytes.subarray(offset, end < 0 ? bytes.length : end)).toString('latin1');
}

function notModule(name: string, why: string) {
  return badInput('not-a-module', `${name} is not a kernel module of this architecture: ${why}`);
}
