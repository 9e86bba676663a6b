/** The dialect of a tree from what is remembered of it: it holds while the files of the tool that tell it are what they were. */

import {areUnchanged, packWitnesses, witness} from '../base/file-identity.ts';
import {type Dialect, linux61} from '../kconfig/index.ts';
import type {Memory} from './memory.ts';
import {isPresent, readIfThere} from './write.ts';

/**
 * What `recognise` makes of the files of a tree, which it is given a function to read with. Nothing is remembered of a
 * tree without a dialect, or with files that cannot be read.
 */
export function rememberedDialect(
  tree: string,
  memory: Memory,
  recognise: (readFile: (path: string) => string | undefined) => Dialect | undefined,
): Dialect | undefined {
  // The names of all features: what was remembered before there was one of them says nothing of it.
  const key = [process.cwd(), tree, ...Object.keys(linux61)];
  const entry = memory.get('dialect', key);
  if (entry && areUnchanged(entry.pieces[0]!)) return entry.value as Dialect;
  const started = Date.now();
  const texts = new Map<string, string | undefined>();
  const dialect = recognise((path) => {
    if (!texts.has(path)) texts.set(path, readIfThere(`${tree}/${path}`));
    return texts.get(path);
  });
  const seen = Array.from(texts, ([path, text]) => ({path: `${tree}/${path}`, text}));
  const isReadable = seen.every(({path, text}) => text !== undefined || !isPresent(path));
  if (dialect && isReadable && memory.isOn) {
    memory.put('dialect', key, dialect, [
      packWitnesses(seen.map(({path, text}) => witness(path, started, text))),
    ]);
  }
  return dialect;
}
