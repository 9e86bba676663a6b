/** Runs of kbuild for the long proofs, and what a proof finds. */

import {join, resolve} from 'node:path';
import {captureStep} from '../src/base/process.ts';

export const root: string = resolve(import.meta.dirname, '../..');
export const entry: string = join(root, 'dist/src/cli/main.js');
export const work: string = join(root, 'prove/work');

export type Finding = {readonly holds: boolean; readonly seen: string};
/** Found all at the end, or one after the other. */
export type Proof = () => Promise<readonly Finding[]> | AsyncGenerator<Finding, void>;
export type Answer = {
  readonly exitCode: number;
  readonly seconds: number;
  readonly stages: readonly {title: string; outcome: string; durationMs: number; detail?: string}[];
  readonly checks: readonly {name: string; outcome: string; evidence: string}[];
  readonly stderr: string;
};

/** One run to its end. */
export async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Awaited<ReturnType<typeof captureStep>>> {
  return captureStep([process.execPath, entry, ...args], {
    cwd: root,
    environment: {...process.env, ...environment} as Record<string, string>,
  });
}

/** The same with `--json`, and what it answered. */
export async function kbuild(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const result = await run([...args, '--json'], environment);
  const answer = JSON.parse(result.stdout || '{}') as {
    stages?: Answer['stages'];
    boot?: {checks: Answer['checks']};
  };
  return {
    exitCode: result.exitCode ?? -1,
    seconds: result.durationMs / 1000,
    stages: answer.stages ?? [],
    checks: answer.boot?.checks ?? [],
    stderr: result.stderr,
  };
}

/** `--source NAME=DIR` where `NAME_SOURCE` names a directory; no options where it does not. */
export function sourceGiven(name: string): readonly string[] {
  const dir = process.env[`${name.toUpperCase()}_SOURCE`];
  return dir === undefined ? [] : ['--source', `${name}=${dir}`];
}

/** Whether a run has passed every check. */
export function passed(what: string, {exitCode, checks, seconds, stderr}: Answer): Finding {
  const passes = checks.filter(({outcome}) => outcome === 'passed').length;
  const holds = exitCode === 0 && passes === checks.length && passes > 0;
  const count = `${what}: ${passes} of ${checks.length} checks passed in ${seconds.toFixed(0)} s`;
  return {holds, seen: holds ? count : `${count}\n${stderr}`};
}

/** Whether a run has failed, and this was the first check to. */
export function failedAt(what: string, check: string, {exitCode, checks}: Answer): Finding {
  const first = checks.find(({outcome}) => outcome === 'failed');
  const notRun = checks.filter(({outcome}) => outcome === 'not-run').length;
  return {
    holds: exitCode === 1 && first?.name === check,
    seen: `${what}: ended with ${exitCode}, ${first === undefined ? 'no check failed' : `failed: ${first.name}: ${first.evidence}`}; ${notRun} not run`,
  };
}
