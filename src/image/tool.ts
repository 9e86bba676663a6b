/** Running one tool in the builder for an image, and saying what it said when it fails. */

import {failure, missingTool} from '../base/diagnostic.ts';
import type {Builder, ContainerStep, Mount} from '../build/container.ts';

const shownLines = 12;
const commandNotFound = 127;

/** What every tool of one image shares. */
export type Bench = {
  readonly builder: Builder;
  /** What every tool sees: userland at /in, modules at /src, foreign boot files at /cache, `workDir` at /build, `outDir` at /out. */
  readonly mounts: readonly Mount[];
  readonly workDir: string;
  readonly outDir: string;
  /** What paths of the boot loader and of busybox begin with in the container: nothing for the builder's own. */
  readonly bootRoot: string;
  readonly logPath: string;
  readonly signal: AbortSignal;
};

export type ToolStep = Pick<ContainerStep, 'argv' | 'environment' | 'input'>;

/**
 * Runs a tool to its end and gives the lines it wrote, stdout and stderr as they came.
 * Throws `image-tool` with the tool's last lines when it fails, `missing-tool` when the builder lacks it.
 */
export async function runTool(bench: Bench, purpose: string, step: ToolStep): Promise<readonly string[]> {
  const lines: string[] = [];
  const result = await bench.builder.run({
    ...step,
    mounts: bench.mounts,
    logPath: bench.logPath,
    signal: bench.signal,
    onLine: (line) => lines.push(line),
  });
  if (result.outcome === 'ok') return lines;
  bench.signal.throwIfAborted();
  const said = lines.filter((line) => line.trim() !== '').slice(-shownLines);
  const text = said.map((line) => `\n  ${line}`).join('');
  if (result.startError === 'ENOENT' || result.exitCode === commandNotFound) {
    throw missingTool('missing-tool', `${purpose}: the builder lacks a tool${text}`, {
      hint: 'the builder needs e2fsprogs, fakeroot, dosfstools, mtools, fdisk, binutils, zstd, busybox-static and systemd-boot-efi',
    });
  }
  const how = result.outcome === 'timed-out' ? 'ran out of time' : `failed with exit code ${result.exitCode}`;
  throw failure('image-tool', `${purpose} ${how}${text}`, {hint: `the whole log is ${bench.logPath}`});
}

/**
 * A shell reading a fixed script from stdin; what varies comes as its arguments, never in its text.
 * It is bash for `pipefail`: a pipe's first half must not fail unheard.
 */
export function shellArgv(args: readonly string[]): string[] {
  return ['bash', '-s', '--', ...args];
}
