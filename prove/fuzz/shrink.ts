/** Makes a find as small as it goes: fewer lines, then fewer words, as long as the tools still differ in the same thing. */

import type {Step} from '../oracle/outcome.ts';
import type {Found} from './compare.ts';

export type Shrunk = {readonly files: ReadonlyMap<string, string>; readonly found: Found};

/** What the tools differ in, if they do. */
type Check = (files: ReadonlyMap<string, string>, step: Step | undefined) => Promise<Found | undefined>;

const mostChecks = 800;

/** A text that is being made smaller: of a Kconfig file, of a file of the step, or standard input. */
type Text = {readonly of: 'tree' | 'step' | 'stdin'; readonly path: string};

export async function shrink(
  files: ReadonlyMap<string, string>,
  found: Found,
  check: Check,
): Promise<Shrunk> {
  const shrinker = new Shrinker({files, found}, check);
  let before = '';
  while (before !== shrinker.size()) {
    before = shrinker.size();
    await shrinker.drop('\n');
    await shrinker.drop(' ');
  }
  return shrinker.best;
}

class Shrinker {
  best: Shrunk;
  readonly #check: Check;
  #checks = 0;

  constructor(start: Shrunk, check: Check) {
    this.best = start;
    this.#check = check;
  }

  size(): string {
    return this.#texts()
      .map((text) => this.#get(text).length)
      .join(' ');
  }

  /** ddmin over the parts between separators, in each text. */
  async drop(separator: string): Promise<void> {
    for (const text of this.#texts()) {
      let parts = this.#get(text).split(separator);
      for (let size = Math.ceil(parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
        for (let at = 0; at < parts.length; ) {
          const fewer = [...parts.slice(0, at), ...parts.slice(at + size)];
          if (this.#checks < mostChecks && (await this.#try(text, fewer.join(separator)))) parts = fewer;
          else at += size;
        }
      }
    }
  }

  #texts(): readonly Text[] {
    const {files, found} = this.best;
    const texts: Text[] = [...files.keys()].map((path) => ({of: 'tree', path}));
    for (const path of Object.keys(found.step?.files ?? {})) texts.push({of: 'step', path});
    if (found.step && found.step.stdin !== '') texts.push({of: 'stdin', path: ''});
    return texts;
  }

  #get({of, path}: Text): string {
    const {files, found} = this.best;
    return (
      (of === 'tree' ? files.get(path) : of === 'step' ? found.step?.files[path] : found.step?.stdin) ?? ''
    );
  }

  async #try(text: Text, smaller: string): Promise<boolean> {
    const {files, found} = this.best;
    const {step} = found;
    this.#checks++;
    const candidate = {
      files: text.of === 'tree' ? new Map(files).set(text.path, smaller) : files,
      step:
        step && text.of === 'step'
          ? {...step, files: {...step.files, [text.path]: smaller}}
          : step && text.of === 'stdin'
            ? {...step, stdin: smaller}
            : step,
    };
    const still = await this.#check(candidate.files, candidate.step);
    // The same thing must differ, and the tool end in the same way, or one fault slips into another.
    if (
      !still ||
      still.difference.what !== found.difference.what ||
      still.exit !== found.exit ||
      (still.step === undefined) !== (step === undefined)
    ) {
      return false;
    }
    this.best = {files: candidate.files, found: still};
    return true;
  }
}
