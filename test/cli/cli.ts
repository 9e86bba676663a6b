/** Runs the command line as a child process, as people and CI do. */

import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';

export type Ended = {readonly code: number | null; readonly stdout: string; readonly stderr: string};

const main = join(import.meta.dirname, '../../src/cli/main.js');
const fakeJob = join(import.meta.dirname, 'fake-job.js');

/** The real command line. */
export function kbuild(t: ExecutionContext, ...argv: string[]): Promise<Ended> {
  return ended(start(t, ...argv));
}

/** The real command line, under way. */
export function start(t: ExecutionContext, ...argv: string[]): ChildProcess {
  return launch([main, ...argv], t);
}

/** The real command line, under way in a folder. */
export function startIn(t: ExecutionContext, cwd: string, ...argv: string[]): ChildProcess {
  return launch([main, ...argv], t, {}, cwd);
}

/** The command line with the job that test/cli/fake-job.ts has under `how`. */
export function kbuildThat(t: ExecutionContext, how: string, ...argv: string[]): Promise<Ended> {
  return ended(startThat(t, how, ...argv));
}

/** The real command line with these variables in its environment. */
export function kbuildWith(
  t: ExecutionContext,
  environment: Readonly<Record<string, string>>,
  ...argv: string[]
): Promise<Ended> {
  return ended(launch([main, ...argv], t, environment));
}

/** The same in a folder, with these variables in its environment. */
export function kbuildThatIn(
  t: ExecutionContext,
  cwd: string,
  environment: Readonly<Record<string, string>>,
  how: string,
  ...argv: string[]
): Promise<Ended> {
  return ended(launch([fakeJob, how, ...argv], t, environment, cwd));
}

export function startThat(t: ExecutionContext, how: string, ...argv: string[]): ChildProcess {
  return launch([fakeJob, how, ...argv], t);
}

function launch(
  argv: readonly string[],
  t: ExecutionContext,
  environment: Readonly<Record<string, string>> = {},
  cwd: string = process.cwd(),
): ChildProcess {
  const child = spawn(process.execPath, argv, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: tmpdir(),
      KBUILD_CACHE: join(tmpdir(), `kbuild-test-${process.pid}`),
      ...environment,
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

export async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return {code, stdout, stderr};
}

/** A folder that is removed after the test. */
export async function scratch(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(async () => rm(dir, {recursive: true, force: true}));
  return dir;
}
