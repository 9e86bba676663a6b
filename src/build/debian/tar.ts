/**
 * Tar archives read into values and written from them: POSIX.1-2017 `pax`, with GNU's long names as packages have
 * them. Contents stay in the files they are in until they are copied. Texts are Latin-1, a character a byte.
 */

import {type FileHandle, open} from 'node:fs/promises';
import {failure} from '../../base/diagnostic.ts';

const block = 512;
/** GNU tar writes archives in these; readers of tapes wanted them. */
const record = 20 * block;
const copyBytes = 1 << 20;

/** Where the bytes of a file are. */
export type Content =
  | {readonly bytes: Buffer}
  | {readonly file: string; readonly offset: number; readonly size: number};

type Attributes = ReadonlyMap<string, string>;

export type TarMember = {
  /** Below the archive's root, without `./` before it or `/` behind it; the root itself is ''. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds. */
  readonly mtime: number;
  /** Of a symbolic link as written; of a hard link, a member's path. */
  readonly target?: string;
  readonly content?: Content;
  /** `SCHILY.xattr.*` by name. */
  readonly attributes: Attributes;
};

const kinds: Readonly<Record<string, TarMember['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};

/** What comes before a member and tells more of it. */
type Extension = {readonly path?: string; readonly target?: string; readonly attributes: Map<string, string>};

/**
 * The members of an uncompressed archive, in its order.
 * @throws exit 1 for an archive that is cut off or holds something else than files, directories and links.
 */
export async function readTar(file: string): Promise<readonly TarMember[]> {
  const handle = await open(file);
  try {
    const members: TarMember[] = [];
    let extension: Extension = {attributes: new Map()};
    for (let offset = 0; ; ) {
      const header = await readAt(handle, file, offset, block);
      if (header.every((byte) => byte === 0)) return members;
      const size = octal(header, 124, 12);
      const type = text(header, 156, 1) || '\0';
      const at = offset + block;
      offset = at + Math.ceil(size / block) * block;
      if (type === 'L' || type === 'K' || type === 'x') {
        const data = (await readAt(handle, file, at, size)).toString('latin1');
        extension = extended(extension, type, data);
      } else if (type !== 'g') {
        members.push(member(header, type, extension, {file, offset: at, size}));
        extension = {attributes: new Map()};
      }
    }
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, file: string, offset: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  const {bytesRead} = await handle.read(bytes, 0, size, offset);
  if (bytesRead < size) throw failure('corrupt-archive', `the archive ${file} is cut off`);
  return bytes;
}

function member(header: Buffer, type: string, extension: Extension, content: Content): TarMember {
  // GNU's own format has times where ustar has the name's beginning.
  const prefix = text(header, 257, 8) === 'ustar' ? text(header, 345, 155) : '';
  const written = extension.path ?? `${prefix === '' ? '' : `${prefix}/`}${text(header, 0, 100)}`;
  const path = plainPath(written);
  const kind = kinds[type];
  if (kind === undefined) throw failure('corrupt-archive', `${path} in an archive is of the type ${type}`);
  const target = extension.target ?? text(header, 157, 100);
  return {
    path,
    kind,
    mode: octal(header, 100, 8) & 0o7777,
    uid: octal(header, 108, 8),
    gid: octal(header, 116, 8),
    mtime: octal(header, 136, 12),
    ...(kind === 'symlink' ? {target} : {}),
    ...(kind === 'hardlink' ? {target: plainPath(target)} : {}),
    ...(kind === 'file' ? {content} : {}),
    attributes: extension.attributes,
  };
}

function plainPath(path: string): string {
  return path
    .replace(/^\.?\//, '')
    .replace(/\/$/, '')
    .replace(/^\.$/, '');
}

function text(header: Buffer, offset: number, length: number): string {
  const field = header.toString('latin1', offset, offset + length);
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
}

function octal(header: Buffer, offset: number, length: number): number {
  return Number.parseInt(text(header, offset, length).trim() || '0', 8);
}

function extended(before: Extension, type: string, data: string): Extension {
  if (type === 'L') return {...before, path: data.replace(/\0+$/, '')};
  if (type === 'K') return {...before, target: data.replace(/\0+$/, '')};
  let extension = before;
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(' ', at);
    const end = at + Number(data.slice(at, space));
    if (!(end > space)) throw failure('corrupt-archive', 'an archive has a broken pax header');
    const equals = data.indexOf('=', space);
    const key = data.slice(space + 1, equals);
    const value = data.slice(equals + 1, end - 1);
    if (key === 'path') extension = {...extension, path: value};
    if (key === 'linkpath') extension = {...extension, target: value};
    if (key.startsWith('SCHILY.xattr.')) extension.attributes.set(key, value);
    at = end;
  }
  return extension;
}

/** Writes an archive whose members' names begin with `./`, as dpkg and mmdebstrap have them. */
export async function writeTar(path: string, members: Iterable<TarMember>): Promise<void> {
  const sources = new Map<string, FileHandle>();
  const output = await open(path, 'wx');
  try {
    let written = 0;
    const put = async (bytes: Buffer): Promise<void> => {
      await output.write(bytes);
      written += bytes.length;
    };
    for (const one of members) {
      await put(headersOf(one));
      if (one.content === undefined) continue;
      await copyContent(one.content, sources, put);
      await put(Buffer.alloc(-contentSize(one.content) & (block - 1)));
    }
    await put(Buffer.alloc(2 * block));
    await put(Buffer.alloc((record - (written % record)) % record));
  } finally {
    await Promise.all([output, ...sources.values()].map(async (handle) => handle.close()));
  }
}

export function contentSize(content: Content): number {
  return 'bytes' in content ? content.bytes.length : content.size;
}

/** The first bytes of a content, all of it where `most` is not given. */
export async function readContent(content: Content, most = contentSize(content)): Promise<Buffer> {
  if ('bytes' in content) return content.bytes.subarray(0, most);
  const handle = await open(content.file);
  try {
    return await readAt(handle, content.file, content.offset, Math.min(most, content.size));
  } finally {
    await handle.close();
  }
}

async function copyContent(
  content: Content,
  sources: Map<string, FileHandle>,
  put: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  if ('bytes' in content) return put(content.bytes);
  const {file, offset, size} = content;
  const source = sources.get(file) ?? (await open(file));
  sources.set(file, source);
  for (let done = 0; done < size; done += copyBytes) {
    await put(await readAt(source, file, offset + done, Math.min(copyBytes, size - done)));
  }
}

function headersOf(one: TarMember): Buffer {
  const path = `./${one.path}${one.kind === 'directory' && one.path !== '' ? '/' : ''}`;
  const target = one.kind === 'hardlink' ? `./${one.target}` : (one.target ?? '');
  const records = [...one.attributes].map(([key, value]) => paxRecord(key, value));
  if (path.length > 100) records.push(paxRecord('path', path));
  if (target.length > 100) records.push(paxRecord('linkpath', target));
  const type = {file: '0', hardlink: '1', symlink: '2', directory: '5'}[one.kind];
  const size = one.content === undefined ? 0 : contentSize(one.content);
  const main = header({...one, path, target, type, size});
  if (records.length === 0) return main;
  const data = Buffer.from(records.join(''), 'latin1');
  const before = header({
    ...one,
    mode: 0o644,
    path: './PaxHeaders',
    target: '',
    type: 'x',
    size: data.length,
  });
  return Buffer.concat([before, data, Buffer.alloc(-data.length & (block - 1)), main]);
}

/** "%d %s=%s\n", where the number counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

type Header = Pick<TarMember, 'path' | 'mode' | 'uid' | 'gid' | 'mtime'> & {
  readonly target: string;
  readonly type: string;
  readonly size: number;
};

/** ustar Header Block, POSIX.1-2017. */
function header({path, target, type, size, mode, uid, gid, mtime}: Header): Buffer {
  const bytes = Buffer.alloc(block);
  const number = (value: number, offset: number, length: number): void => {
    bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  };
  bytes.write(path.slice(0, 100), 0, 'latin1');
  number(mode, 100, 8);
  number(uid, 108, 8);
  number(gid, 116, 8);
  number(size, 124, 12);
  number(mtime, 136, 12);
  bytes.write(' '.repeat(8), 148, 'latin1');
  bytes.write(type, 156, 'latin1');
  bytes.write(target.slice(0, 100), 157, 'latin1');
  bytes.write('ustar\u000000', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
