/** `kbuild merge BASE FRAGMENT…`: scripts/kconfig/merge_config.sh, and why a value did not stick. */

import type {Command} from 'commander';
import {
  type Diagnostic,
  exitCode,
  failure,
  KbuildError,
  lineAndColumn,
  type Place,
} from '../../base/diagnostic.ts';
import {type MergeOutcome, mergeRules, runMerge} from '../../conf/merge.ts';
import {mergeUsage} from '../../conf/merge-usage.ts';
import type {MergedLine, UnmetRequest} from '../../kconfig/index.ts';
import {type CommonOptions, newCommand, respond, type Surroundings} from '../command.ts';

type Options = CommonOptions & {
  readonly h?: boolean;
  readonly m?: boolean;
  readonly n?: boolean;
  readonly r?: boolean;
  readonly y?: boolean;
  readonly s?: boolean;
  readonly Q?: boolean;
  readonly O?: string;
  readonly tree?: string;
  readonly arch?: string;
  readonly dialect?: string;
  readonly shell: boolean;
  readonly memory: boolean;
  readonly compatible?: boolean;
};

export function mergeCommand(surroundings: Surroundings): Command {
  const command = newCommand(
    'merge',
    'Merge config fragments as merge_config.sh does, and say what did not stick',
    [
      'kbuild merge --tree ~/linux .config kernel/configs/hardening.config',
      'kbuild merge --tree ~/linux --arch arm64 -O build ~/linux/arch/arm64/configs/defconfig my.config',
      'kbuild merge -m base.config one.config two.config       # only the text, no tree is read',
      'kbuild merge --tree ~/linux -n /dev/null my.config --json',
      'kbuild merge --compatible -n -O build .config my.config # in a build of others, in the place of the script',
    ],
  );
  return command
    .helpOption('--help', 'show this help')
    .argument('[config...]', 'the base, and the fragments that go over it, the last one wins')
    .option('-h', "show this help; with --compatible, the script's")
    .option('-m', 'only merge the fragments, configure nothing')
    .option('-n', 'what is missing is n (allnoconfig), instead of its default (alldefconfig)')
    .option('-r', 'list redundant entries')
    .option('-y', 'keep y where a fragment has m')
    .option('-O <dir>', 'put the result into this folder (see also KCONFIG_CONFIG)')
    .option('-s', 'fail if a fragment redefines a value')
    .option('-Q', 'say nothing of redefined values')
    .option('--tree <dir>', 'the tree (default: $srctree, or the working directory)')
    .option('--arch <arch>', 'the architecture, as ARCH')
    .option(
      '--dialect <name>',
      "behave as that release: linux-5.10 … linux-7.2, or a tree's path (default: the tree's own)",
    )
    .option('--no-shell', 'run no command of the tree')
    .option('--no-memory', 'read the tree and run its commands anew, and remember neither')
    .option(
      '--compatible',
      "the script's exit codes and output, and nothing else: a value that did not stick is no failure",
    )
    .action((configs: readonly string[], options: Options) => merge(surroundings, command, configs, options));
}

function merge(
  {terminal}: Surroundings,
  command: Command,
  [base, ...fragments]: readonly string[],
  options: Options,
): void {
  if (options.h || base === undefined) {
    if (options.compatible)
      terminal.stdout.write(mergeUsage(mergeRules({tree: options.tree, dialect: options.dialect})));
    else if (options.h) command.outputHelp();
    else throw new KbuildError(exitCode.badInput, usageFault);
    return;
  }
  const request = {
    base,
    fragments,
    onlyMerge: options.m ?? false,
    allNo: options.n ?? false,
    redundant: options.r ?? false,
    keepBuiltin: options.y ?? false,
    strict: options.s ?? false,
    quiet: options.Q ?? false,
    outputFolder: options.O,
    tree: options.tree,
    arch: options.arch,
    dialect: options.dialect,
    shell: options.shell,
    memory: options.memory,
  };
  const to = options.quiet ? 'nowhere' : options.json ? 2 : 1;
  const run = () => runMerge(request, {to, terminal: terminal.stdout.isTTY === true});
  if (options.compatible) endAsScript(run, terminal.stderr);
  else respond(terminal, 'merge', options, {value: complete(run())});
}

const usageFault: Diagnostic = {
  severity: 'error',
  code: 'usage',
  message: 'no base and no fragments are given',
  hint: 'see kbuild merge --help',
};

/** The script's exit codes: 1, or 2 where make failed; what there is to say was said. */
function endAsScript(run: () => MergeOutcome, stderr: NodeJS.WritableStream): void {
  const {status} = (() => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof KbuildError)) throw error;
      for (const {message} of error.diagnostics) stderr.write(`${textOf(message)}\n`);
      throw new KbuildError(error.exit === exitCode.missingTool ? error.exit : exitCode.failed);
    }
  })();
  if (status === 'unconfigured') throw new KbuildError(exitCode.badInput);
  if (status !== 'done') throw new KbuildError(exitCode.failed);
}

/** The members of the object of `--json`, or the failure with them. */
function complete(outcome: MergeOutcome): Readonly<Record<string, unknown>> {
  const result = resultOf(outcome);
  switch (outcome.status) {
    case 'unconfigured':
      throw Object.assign(
        new KbuildError(exitCode.badInput, {
          severity: 'error',
          code: 'unconfigured',
          message: 'the tree could not be configured; what was merged is nowhere',
        }),
        {result},
      );
    case 'redefined': {
      const names = [
        ...new Set(outcome.changes.flatMap(({kind, name}) => (kind === 'overridden' ? [name] : []))),
      ];
      throw failure('redefined', textOf(`-s was given, and a fragment redefines ${names.join(', ')}`), {
        result,
      });
    }
  }
  const faults = [...outcome.unmet]
    .sort((a, b) => Number(a.got === undefined) - Number(b.got === undefined))
    .map(diagnosticOf);
  if (outcome.status === 'differs' && faults.length === 0) {
    faults.push({
      severity: 'error',
      code: 'differs',
      message: '-s was given, and lines of the result differ',
    });
  }
  if (faults.length > 0) throw Object.assign(new KbuildError(exitCode.failed, ...faults), {result});
  return result;
}

function diagnosticOf({name, wanted, got, line, reason}: UnmetRequest): Diagnostic {
  const place = placeOf(line);
  if (got !== undefined) {
    return {severity: 'error', code: 'value-dropped', message: textOf(reason.message), place};
  }
  const message = textOf(`no Kconfig file of this tree declares ${name}, which is to be ${wanted}`);
  const {nearest} = reason;
  const hint =
    nearest.length === 1 ? `did you mean ${nearest[0]}?` : `the nearest names are ${nearest.join(', ')}`;
  return {severity: 'error', code: 'unknown-symbol', message, place, ...(nearest.length === 0 ? {} : {hint})};
}

function placeOf({source, start}: MergedLine): Place {
  return {file: textOf(source.file), text: source.text, start};
}

function resultOf({config, changes, unmet, status}: MergeOutcome): Readonly<Record<string, unknown>> {
  const changed = (wanted: MergeOutcome['changes'][number]['kind']) =>
    changes
      .filter(({kind}) => kind === wanted)
      .map(({name, previous, next, fragment}) => texts({name, previous, next, fragment}));
  const written = status === 'done' || status === 'differs';
  return {
    ...(written ? {config: textOf(config)} : {}),
    overridden: changed('overridden'),
    redundant: changed('redundant'),
    kept: changed('kept'),
    unmet: unmet.filter(({got}) => got !== undefined).map(unmetValue),
    unknown: unmet
      .filter(({got}) => got === undefined)
      .map(({name, wanted, line, reason}) => ({
        ...texts({symbol: name, wanted}),
        nearest: reason.nearest,
        requestedAt: requestedAt(line),
      })),
  };
}

function unmetValue({name, wanted, got, line, reason}: UnmetRequest): Readonly<Record<string, unknown>> {
  const {cause, message, definedAt, blocking, selectors} = reason;
  return {
    ...texts({symbol: name, wanted, got: got ?? '', cause, message}),
    requestedAt: requestedAt(line),
    definedAt,
    blocking,
    selectors,
  };
}

function requestedAt(line: MergedLine): {readonly file: string; readonly line: number} {
  const place = placeOf(line);
  return {file: place.file, line: lineAndColumn(place).line};
}

function texts(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)]));
}

function textOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}
