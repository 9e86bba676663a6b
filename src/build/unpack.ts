/** Archives that somebody else made: unpacked in the container, and refused where they reach out of their tree. */

import {mkdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {badInput, failure, type KbuildError} from '../base/diagnostic.ts';
import type {Workshop} from '../base/store.ts';
import type {Builder} from './container.ts';
import {leadsOut} from './source-links.ts';

export type Archive = {
  readonly file: string;
  /** Its name below /in. */
  readonly mountedAs: string;
  /** For bash: unpacks to /out/tree. `$1` is `argument`. */
  readonly script: string;
  readonly argument: string;
};

/** What tar knows by its ending, or undefined. */
export function archiveSuffix(path: string): string | undefined {
  return /\.tar(?:\.(?:gz|xz|zst|bz2))?$|\.tgz$/.exec(path)?.[0];
}

/** Names the links in the tree, each ended by a NUL. */
const listLinks = "find /out/tree -type l -printf '%P\\0'";

/** What a tool of unpacking says begins with its name, also where bash or tar started it by its path. */
const toolSpoke = /^(?:\/\S*\/)?(?:tar|xz|gzip|bzip2|zstd|dpkg-deb): /m;

/**
 * Unpacks an archive to `dir`/tree.
 * @throws exit 2 (`corrupt-archive`) where it is no whole archive, or names or links in it lead out of its tree;
 *   exit 1 (`unpack-failed`, `disk-full`) where it is another's fault
 */
export async function unpackInto(
  workshop: Workshop,
  builder: Builder,
  archive: Archive,
  dir: string,
): Promise<void> {
  await mkdir(join(dir, 'tree'));
  const result = await builder.capture({
    argv: ['bash', '-e', '-c', `${archive.script}\n${listLinks}`, 'unpack', archive.argument],
    mounts: [
      {source: archive.file, target: `/in/${archive.mountedAs}`, readOnly: true},
      {source: dir, target: '/out', readOnly: false},
    ],
    environment: {XZ_DEFAULTS: '--threads=0'},
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  if (result.outcome !== 'ok') throw unpackFailure(archive, result.stderr);
  // The tree has to stand on its own: a link out of it would be followed on this machine.
  const links = result.stdout.split('\0').filter((link) => link !== '');
  const stray = links.find((link) => leadsOut(join(dir, 'tree'), link));
  if (stray !== undefined)
    throw badInput(
      'corrupt-archive',
      `${archive.file} has a link out of its own tree: ${JSON.stringify(stray)}`,
      {
        hint: 'take the archive from its publisher',
      },
    );
}

/**
 * Lists the members of a tar archive and refuses one with a name that leads out of its tree. tar itself would leave
 * such members out, or take the lead off their names, and go on with something else than was packed.
 *
 * @throws exit 2 (`corrupt-archive`), and what `unpackInto` throws
 */
export async function requireMembersInside(
  workshop: Workshop,
  builder: Builder,
  {file, mountedAs}: Pick<Archive, 'file' | 'mountedAs'>,
): Promise<void> {
  const listed = await builder.capture({
    // A name is on one line, whatever is in it.
    argv: ['tar', '--list', '--absolute-names', '--quoting-style=escape', '--file', `/in/${mountedAs}`],
    mounts: [{source: file, target: `/in/${mountedAs}`, readOnly: true}],
    environment: {XZ_DEFAULTS: '--threads=0'},
    signal: workshop.signal,
  });
  workshop.signal.throwIfAborted();
  if (listed.outcome !== 'ok') throw unpackFailure({file}, listed.stderr);
  const stray = listed.stdout.split('\n').find((name) => /^\/|(?:^|\/)\.\.(?:\/|$)/.test(name));
  if (stray === undefined) return;
  throw badInput(
    'corrupt-archive',
    `${basename(file)} has a member outside of its own tree: ${JSON.stringify(stray)}`,
    {
      hint: 'take the archive from its publisher',
    },
  );
}

function unpackFailure(archive: Pick<Archive, 'file'>, stderr: string): KbuildError {
  const said = stderr.trim().split('\n').slice(-2).join('; ') || 'the container ended without a word';
  if (/No space left/.test(stderr)) return failure('disk-full', `the disk filled up: ${said}`);
  const message = `${archive.file} cannot be unpacked: ${said}`;
  if (!toolSpoke.test(stderr))
    return failure('unpack-failed', message, {
      hint: 'see whether another engine can, with --engine; nothing was found wrong with the archive itself',
    });
  return badInput('corrupt-archive', message, {
    hint: 'fetch the archive again; `tar --list` shows whether it is whole',
  });
}
