/** The command line of `conf`, taken as the C library's getopt_long takes it (conf.c, Linux 6.1). */

import type {Dialect} from '../kconfig/index.ts';

export const modes = [
  'oldaskconfig',
  'oldconfig',
  'syncconfig',
  'defconfig',
  'savedefconfig',
  'allnoconfig',
  'allyesconfig',
  'allmodconfig',
  'alldefconfig',
  'randconfig',
  'listnewconfig',
  'helpnewconfig',
  'olddefconfig',
  'yes2modconfig',
  'mod2yesconfig',
  'mod2noconfig',
] as const;

export type ConfMode = (typeof modes)[number];

/** One word of the command line that was understood, or what is wrong with it, in the C library's words. */
export type Word =
  | {readonly kind: 'mode'; readonly mode: ConfMode; readonly argument: string | undefined}
  | {readonly kind: 'help'; readonly long: boolean}
  | {readonly kind: 'silent'}
  | {readonly kind: 'wrong'; readonly message: string}
  | {readonly kind: 'file'; readonly name: string};

const withArgument: ReadonlySet<string> = new Set(['defconfig', 'savedefconfig']);

/** The long options of a dialect, in the order of its table. */
function longOptions({commandLine, laterModes, mod2noconfig, oldnoconfig}: Dialect): readonly string[] {
  const later: readonly string[] = ['helpnewconfig', 'yes2modconfig', 'mod2yesconfig'];
  const known = modes.filter(
    (mode) => (mode !== 'mod2noconfig' || mod2noconfig) && (laterModes || !later.includes(mode)),
  );
  if (oldnoconfig) return [...known, 'oldnoconfig'];
  return commandLine === 'lenient' ? ['help', 'silent', ...known] : known;
}

/** The words of a command line, options before files, wherever these stand (getopt_long permutes its arguments). */
export function parseCommandLine(argv: readonly string[], dialect: Dialect, inOrder: boolean): Word[] {
  const options = longOptions(dialect);
  const words: Word[] = [];
  const files: Word[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') {
      files.push(...argv.slice(i + 1).map((name) => ({kind: 'file', name}) as const));
      break;
    }
    if (argument.startsWith('--')) {
      const {word, taken} = longOption(argument.slice(2), argv[i + 1], options, dialect);
      words.push(word);
      if (taken) i++;
    } else if (argument.startsWith('-') && argument !== '-') {
      for (const letter of argument.slice(1)) words.push(shortOption(letter, dialect));
    } else if (inOrder) {
      files.push(...argv.slice(i).map((name) => ({kind: 'file', name}) as const));
      break;
    } else {
      files.push({kind: 'file', name: argument});
    }
  }
  return [...words, ...files];
}

function shortOption(letter: string, dialect: Dialect): Word {
  if (letter === 's') return {kind: 'silent'};
  if (letter === 'h' && dialect.commandLine === 'lenient') return {kind: 'help', long: false};
  return {kind: 'wrong', message: `invalid option -- '${letter}'`};
}

/** An option by its name, or by a beginning that only one has. */
function longOption(
  text: string,
  next: string | undefined,
  options: readonly string[],
  dialect: Dialect,
): {word: Word; taken: boolean} {
  const equals = text.indexOf('=');
  const given = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : text.slice(equals + 1);
  const found = options.includes(given) ? [given] : options.filter((option) => option.startsWith(given));
  const wrong = (message: string) => ({word: {kind: 'wrong', message} as const, taken: false});
  const [name] = found;
  if (name === undefined) return wrong(`unrecognized option '--${text}'`);
  if (found.length > 1) {
    const possible = found.map((option) => ` '--${option}'`).join('');
    return wrong(`option '--${text}' is ambiguous; possibilities:${possible}`);
  }
  if (name === 'defconfig' && dialect.defaultDefconfig !== undefined) {
    return {word: {kind: 'mode', mode: name, argument: value}, taken: false};
  }
  if (withArgument.has(name)) {
    if (value === undefined && next === undefined) return wrong(`option '--${name}' requires an argument`);
    return {
      word: {kind: 'mode', mode: name as ConfMode, argument: value ?? next},
      taken: value === undefined,
    };
  }
  if (value !== undefined) return wrong(`option '--${name}' doesn't allow an argument`);
  if (name === 'help') return {word: {kind: 'help', long: true}, taken: false};
  if (name === 'silent') return {word: {kind: 'silent'}, taken: false};
  const mode = name === 'oldnoconfig' ? 'olddefconfig' : (name as ConfMode);
  return {word: {kind: 'mode', mode, argument: undefined}, taken: false};
}

/** Options of our own, which the C tool has not; they stand before a `--`. */
export type OwnOptions = {
  readonly dialect: string | undefined;
  readonly tree: string | undefined;
  readonly shell: boolean;
  readonly memory: boolean;
  /** Answers of a tree's own functions: each `NAME=VALUE`, and a file of them. */
  readonly functions: readonly string[];
  readonly functionFile: string | undefined;
  /** Where the C header goes that a tool in Python writes only if it is asked to. */
  readonly header: string | undefined;
  /** What is left for the C tool's options. */
  readonly rest: readonly string[];
};

/** Takes our own options out of a command line; `missing` names one that lacks its value. */
export function takeOwnOptions(argv: readonly string[]): OwnOptions & {readonly missing: string | undefined} {
  const values = new Map<string, string>();
  const rest: string[] = [];
  const functions: string[] = [];
  let shell = true;
  let memory = true;
  let missing: string | undefined;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') {
      rest.push(...argv.slice(i));
      break;
    }
    const [, name, value] = /^--(dialect|tree|function|functions|header)(?:=(.*))?$/s.exec(argument) ?? [];
    if (argument === '--no-shell') shell = false;
    else if (argument === '--no-memory') memory = false;
    else if (name === undefined) rest.push(argument);
    else {
      const given = value ?? argv[++i];
      if (given === undefined) missing = name;
      else if (name === 'function') functions.push(given);
      else values.set(name, given);
    }
  }
  return {
    dialect: values.get('dialect'),
    tree: values.get('tree'),
    functions,
    functionFile: values.get('functions'),
    header: values.get('header'),
    shell,
    memory,
    rest,
    missing,
  };
}
