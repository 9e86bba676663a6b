/** Fix-ups: small edits of a copy of a module's source, which fail where they do not find what they expect. */

import {readFile, writeFile} from 'node:fs/promises';
import {badInput} from '../../base/diagnostic.ts';
import type {Fixup, ModuleRecipe} from '../../recipe/module.ts';
import {insideTree, type ModuleSource} from './source.ts';

/**
 * The new bytes of every file that a module's fix-ups change, by path below the source. Reads only.
 * @throws exit 2 (`fixup-does-not-apply`) with every fix-up whose text is not there as often as it says
 */
export async function fixedFiles(
  {name, fixups}: ModuleRecipe,
  source: Pick<ModuleSource, 'dir' | 'version'>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const texts = new Map<string, string>();
  for (const fixup of fixups) {
    const before = texts.get(fixup.file) ?? (await textOf(source.dir, fixup.file));
    const parts = before?.split(bytesOf(fixup.expect));
    const found = (parts?.length ?? 1) - 1;
    if (parts === undefined || found !== fixup.times) {
      throw doesNotApply(`${name} ${source.version}`, fixup, before === undefined ? undefined : found);
    }
    texts.set(fixup.file, parts.join(bytesOf(fixup.replace)));
  }
  return new Map([...texts].map(([file, text]) => [file, Buffer.from(text, 'latin1')]));
}

/** Sources are not all UTF-8: a character a byte keeps what is not touched. */
async function textOf(dir: string, file: string): Promise<string | undefined> {
  const path = await insideTree(dir, file);
  return path === undefined ? undefined : readFile(path, 'latin1').catch(() => undefined);
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function doesNotApply(
  what: string,
  {file, expect, times, place, why}: Fixup,
  found: number | undefined,
): Error {
  const text = JSON.stringify(expect);
  const seen =
    found === undefined
      ? `it has no file ${file}`
      : `${file} has it ${found === 0 ? 'nowhere' : timesOf(found)}`;
  return badInput(
    'fixup-does-not-apply',
    `a fix-up of ${what} expects ${text} ${timesOf(times)} in ${file}: ${seen}`,
    {
      place,
      hint: `see whether this release still needs it (${why}), and say with \`when\`, \`expect\` or \`times\` what is right now`,
    },
  );
}

function timesOf(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** Changes a copy of the source. The files get the time of now, so that what was made of them before is made again. */
export async function applyFixups(files: ReadonlyMap<string, Uint8Array>, copy: string): Promise<void> {
  for (const [file, bytes] of files) {
    const path = await insideTree(copy, file);
    if (path === undefined) throw new Error(`${file} is not in the copy`);
    await writeFile(path, bytes);
  }
}
