/** What a run of either tool has left behind, and where two such differ. */

import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** One run: `arguments` are those of the C tool, `files` are in its working directory before. */
export type Step = {
  readonly mode: string;
  readonly arguments: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** Texts hold one byte a character (latin1). */
export type Outcome = {
  /** The exit code, or the name of what ended the process instead. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** Every file in the working directory after the run, by path. */
  readonly files: ReadonlyMap<string, string>;
};

export type Difference = {readonly what: string; readonly theirs: string; readonly ours: string};

/** The first thing in which two outcomes differ. */
export function firstDifference(theirs: Outcome, ours: Outcome): Difference | undefined {
  if (ours.exit !== theirs.exit) {
    return {
      what: 'exit code',
      theirs: `${theirs.exit}\n${theirs.stderr}`,
      ours: `${ours.exit}\n${ours.stderr}`,
    };
  }
  for (const what of ['stderr', 'stdout'] as const) {
    if (ours[what] !== theirs[what]) return {what, theirs: theirs[what], ours: ours[what]};
  }
  for (const what of new Set([...theirs.files.keys(), ...ours.files.keys()])) {
    const [their, our] = [theirs.files.get(what), ours.files.get(what)];
    if (their !== our) return {what, theirs: their ?? '(no such file)\n', ours: our ?? '(no such file)\n'};
  }
  return undefined;
}

/** The difference as `diff -u` shows it, at most `lines` lines of it. */
export function showDifference({what, theirs, ours}: Difference, lines = 40): string {
  const folder = mkdtempSync(join(tmpdir(), 'difference-'));
  try {
    writeFileSync(join(folder, 'c'), theirs, 'latin1');
    writeFileSync(join(folder, 'ours'), ours, 'latin1');
    const {stdout} = spawnSync('diff', ['-a', '-u', 'c', 'ours'], {cwd: folder, encoding: 'latin1'});
    const shown = stdout.split('\n').slice(2);
    const rest = shown.length > lines ? `\n(${shown.length - lines} more lines)` : '';
    return `${what} (- the C tool, + kbuild)\n${shown.slice(0, lines).join('\n')}${rest}`;
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
