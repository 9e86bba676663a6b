/** What every command is made of: its flags, its surroundings, and the one JSON object it may answer with. */

import {Command} from 'commander';
import {badInput, type Diagnostic, lineAndColumn} from '../base/diagnostic.ts';
import type {Workshop} from '../base/store.ts';
import type {DebianConfig, DebianConfigRequest} from '../build/debian-config.ts';
import type {Kconfig, KconfigRequest} from '../job/kconfig.ts';
import type {JobRequest, JobResult} from '../job/request.ts';
import type {Fault} from './faults.ts';
import type {Terminal} from './terminal.ts';

/** What a command is run in. */
export type Surroundings = {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C and the like. */
  readonly signal: AbortSignal;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly runJob: (request: JobRequest, workshop: Workshop) => Promise<JobResult>;
  readonly readKconfig: (workshop: Workshop, request: KconfigRequest) => Promise<Kconfig>;
  readonly readDebianConfig: (workshop: Workshop, request: DebianConfigRequest) => Promise<DebianConfig>;
};

/** What a command gives back. */
export type Answer = {
  /** The members of the object of `--json`. */
  readonly value: Readonly<Record<string, unknown>>;
  /** The result itself, for stdout: a .config, a schema. */
  readonly result?: string | Uint8Array;
  /** What people want to read of it on stdout; not shown with `--quiet`. */
  readonly words?: string;
};

/** Flags of every command. */
export type CommonOptions = {readonly json?: boolean; readonly quiet?: boolean};

/** A command with the flags that all have. */
export function newCommand(name: string, summary: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(`${summary}.`)
    .summary(summary)
    .option('--json', 'write one JSON object to stdout')
    .option('--quiet', 'say nothing but warnings and errors')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}\n`)
    .helpOption('-h, --help', 'show this help');
}

/** Collects an option that may be given several times. */
export function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value];
}

/**
 * A whole number from an option.
 * @throws KbuildError (2) where it is none, or is out of range.
 */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw badInput('wrong-option', `${option} ${text}: a whole number from ${least} to ${most} is expected`);
}

/** Writes a command's answer to stdout, in the form its flags ask for. */
export function respond(terminal: Terminal, command: string, options: CommonOptions, answer: Answer): void {
  if (options.json) {
    terminal.stdout.write(`${JSON.stringify({version: 1, command, ok: true, ...answer.value})}\n`);
    return;
  }
  if (answer.result !== undefined) terminal.stdout.write(answer.result);
  if (answer.words !== undefined && !options.quiet) terminal.stdout.write(answer.words);
}

/** The object of `--json` for a failure. */
export function failureJson(command: string, {exit, diagnostics, result}: Fault): string {
  const object = {version: 1, command, ok: false, exitCode: exit, ...result};
  return `${JSON.stringify({...object, diagnostics: diagnostics.map(diagnosticValue)})}\n`;
}

/** A diagnostic without the text of the file it points into. */
export function diagnosticValue({place, ...rest}: Diagnostic): Readonly<Record<string, unknown>> {
  return place === undefined ? rest : {...rest, file: place.file, ...lineAndColumn(place)};
}
