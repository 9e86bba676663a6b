/** Runs of kbuild for the long proofs, and what a proof finds. */

import {join, resolve} from 'node:path';
import {captureStep} from '../src/base/process.ts';

export const root: string = resolve(import.meta.dirname, '../..');
export const entry: string = join(root, 'dist/src/cli/main.js');
export const work: string = join(root, 'prove/work');

export type Finding = {readonly holds: boolean; readonly seen: string};
export type Proof = () => Promise<readonly Finding[]>;
export type Answer = {
  readonly exitCode: number;
  readonly seconds: number;
  readonly stages: readonly {title: string; outcome: string; durationMs: number; detail?: string}[];
  readonly checks: readonly {name: string; outcome: string; evidence: string}[];
  readonly stderr: string;
};

/** One run to its end, and what it answered with `--json`. */
export async function kbuild(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const argv = [process.execPath, entry, ...args, '--json'];
  const result = await captureStep(argv, {
    cwd: root,
    environment: {...process.env, ...environment} as Record<string, string>,
  });
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
