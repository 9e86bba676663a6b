/** The one place where what was thrown becomes diagnostics and an exit code. */

import {mkdirSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {CommanderError} from 'commander';
import {type Diagnostic, type ExitCode, exitCode, KbuildError, renderDiagnostic} from '../base/diagnostic.ts';
import {defaultStoreRoot} from '../base/store-root.ts';
import type {Terminal} from './terminal.ts';

export type Fault = {
  readonly exit: ExitCode;
  readonly diagnostics: readonly Diagnostic[];
  /** Members for the object of `--json`. */
  readonly result?: Readonly<Record<string, unknown>>;
};

/** Errors of the file system that a user causes and can cure: of the machine's state, and of a path that was given. */
const usersErrors: ReadonlyMap<string, ExitCode> = new Map([
  ...['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EEXIST', 'ENOTEMPTY', 'EMFILE', 'ENFILE', 'EIO'].map(
    (code) => [code, exitCode.failed] as const,
  ),
  ...['ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP'].map((code) => [code, exitCode.badInput] as const),
]);

const fullDisk = new Set(['ENOSPC', 'EDQUOT']);

/** What an exception means for the person who ran the command. The stack of a bug goes to a file. */
export function faultOf(error: unknown, signal: AbortSignal, command = ''): Fault {
  if (signal.aborted) {
    const hint = 'what was finished is kept; the same command goes on from there';
    return {
      exit: exitCode.interrupted,
      diagnostics: [{severity: 'error', code: 'interrupted', message: 'interrupted', hint}],
    };
  }
  if (error instanceof KbuildError) {
    const {exit, diagnostics, result} = error;
    return {exit, diagnostics, ...(result === undefined ? {} : {result})};
  }
  if (error instanceof CommanderError) return usageFault(error, command);
  const {code, syscall, message} = error as NodeJS.ErrnoException;
  if (syscall !== undefined && code !== undefined) {
    if (fullDisk.has(code)) return fullDiskFault(message);
    const exit = usersErrors.get(code);
    if (exit !== undefined) return {exit, diagnostics: [{severity: 'error', code: 'file-access', message}]};
  }
  return bugFault(error);
}

/** The store explains its own full disk; this is any other, the output directory's above all. */
function fullDiskFault(message: string): Fault {
  const hint =
    'free some space, or name another place with --out DIR or KBUILD_CACHE=DIR; what was finished is kept';
  return {exit: exitCode.failed, diagnostics: [{severity: 'error', code: 'disk-full', message, hint}]};
}

function usageFault(error: CommanderError, command: string): Fault {
  if (error.exitCode === 0) return {exit: exitCode.done, diagnostics: []};
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const hint =
    more.join(' ').replaceAll(/[()]/g, '').trim() ||
    `see ${['kbuild', command, '--help'].filter(Boolean).join(' ')}`;
  return {exit: exitCode.badInput, diagnostics: [{severity: 'error', code: 'usage', message, hint}]};
}

function bugFault(error: unknown): Fault {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  const path = keepStack(stack);
  return {
    exit: exitCode.bug,
    diagnostics: [
      {
        severity: 'error',
        code: 'bug',
        message: `kbuild itself failed: ${message.split('\n')[0]}`,
        hint: path === undefined ? 'please report it' : `please report it, with the file ${path}`,
      },
    ],
  };
}

/** Writes a stack where it can be found later; gives no path where not even the temporary folder takes it. */
function keepStack(stack: string): string | undefined {
  const text = `kbuild ${process.argv.slice(2).join(' ')}\nNode ${process.version}\n\n${stack}\n`;
  for (const folder of [join(defaultStoreRoot(), 'bugs'), tmpdir()]) {
    const path = join(folder, `kbuild-bug-${Date.now()}-${process.pid}.txt`);
    try {
      mkdirSync(folder, {recursive: true});
      writeFileSync(path, text);
      return path;
    } catch {
      // The next folder may take it.
    }
  }
  return undefined;
}

/** Diagnostics as people read them, with colour where the terminal has it. */
export function renderFault({paint}: Terminal, diagnostics: readonly Diagnostic[]): string {
  const colours = {error: 'red', warning: 'yellow', note: 'cyan'} as const;
  return diagnostics
    .map((diagnostic) => {
      const tag = `${diagnostic.severity}[${diagnostic.code}]`;
      return `${renderDiagnostic(diagnostic).replace(tag, () => paint(colours[diagnostic.severity], tag))}\n`;
    })
    .join('');
}
