/**
 * What differs between the releases of the C tool, as named features: the rest of the engine asks for a feature, never
 * for a version. Which features a tree's own tool has is read from its source, since stable releases backport.
 */

/** Values of the `option` statement, which releases up to 5.10 had. */
export type OptionLine = 'modules' | 'defconfig_list' | 'allnoconfig_y' | 'env';

export type Dialect = {
  /** `linux-6.1`, as `--dialect` takes it. */
  readonly name: string;
  /** Which tool it is: the kernel's, in C, or Kconfiglib, in Python, of which kconfiglib-parser.ts and its like are. */
  readonly implementation: 'conf' | 'kconfiglib';

  // The language
  /**
   * Whether keywords are reserved (lexer.l), or stand only where a line starts, and `if` and `on` after that (zconf.l):
   * then a name may be any word, `.` and `/` included, and a text may do without quotes.
   */
  readonly keywords: 'reserved' | 'positional';
  /**
   * `2.6` has `boolean`, `def_boolean`, `enable` and `requires`, `depends` without `on`, and a `mainmenu` that says nothing;
   * it has no `imply`, no `visible if`, and no comparison of order.
   */
  readonly vocabulary: '2.6' | 'current';
  /** Symbols the tool declares itself, from the environment and the running system. */
  readonly toolSymbols: readonly string[];
  /** Whether there are variables and functions (preprocess.c). */
  readonly macros: boolean;
  /** The title of a tree that gives none. */
  readonly defaultTitle: string;
  /** The `option` lines that may stand in a `config`. */
  readonly optionLines: readonly OptionLine[];
  /** Whether `modules` is an option of a `config`. */
  readonly modulesKeyword: boolean;
  /** Whether `transitional` is an option of a `config`. */
  readonly transitional: boolean;
  /** Whether `depends on A if B` is known. */
  readonly conditionalDepends: boolean;
  /** Whether `configdefault` gives a symbol defaults from anywhere. */
  readonly configDefault: boolean;
  /**
   * A choice is a symbol with a mode of its own, which may be `m` or `n` (tristate, `optional`), or named, or only a
   * menu: then it is bool, the members do not depend on it, and the order of the user's input decides.
   */
  readonly choices: 'symbols' | 'menus';
  /** How a choice gets its prompt: `bool "…"` and `tristate "…"`, `bool "…"`, or by `prompt` alone. */
  readonly choicePrompt: 'logical' | 'bool' | 'prompt';
  /** Where a member may have further prompts: anywhere (with a warning), in its choice, or nowhere. */
  readonly memberPrompts: 'anywhere' | 'choice' | 'single';
  /** What a second `source` of one file is. */
  readonly repeatedSource: 'allowed' | 'error';
  /** What a blank help text, a second one, or a `menuconfig` without prompt is. */
  readonly helpAndPromptFaults: 'warning' | 'error';
  /** Whether the end of the root file ends its last line as well; if not, a line without newline is a syntax error. */
  readonly rootEndsLine: boolean;
  /** Which file a message at the end of an included one names: that of the statement, or the one read on with. */
  readonly messageFile: 'statement' | 'current';
  /** How far the path of a recursive inclusion is told: to where the loop starts, or to the root. */
  readonly inclusionPath: 'loop' | 'root';
  /** Lines a syntax error's line is behind its statement (yyerror). */
  readonly syntaxErrorOffset: 0 | 1;
  /** Whether messages about recursive dependencies tell the place of each step. */
  readonly recursionPlaces: boolean;
  /** Whether a tree with recursive dependencies is refused, or only told of. */
  readonly recursion: 'refused' | 'told';

  // The model
  /** Buckets of the C tool's symbol hash; its order decides the order of auto.conf and of evaluation. */
  readonly hashBuckets: number;
  /** How a name is hashed: FNV-1a, or the sum of its characters, where nameless symbols have a bucket of their own. */
  readonly nameHash: 'fnv' | 'sum';
  /** Expressions are rewritten in place, a level at a time, or shared (hash-consed) and simplified as binary trees. */
  readonly expressions: 'rewritten' | 'shared';
  /** Whether `(A || B) && !A && !B` stays, or becomes `n`, and `(A && B) || !A || !B` becomes `y`. */
  readonly opposites: 'kept' | 'dropped';

  // Values
  /** Whether `y`, `m` and `n` are tristates in a comparison, or texts. */
  readonly comparedConstants: 'tristates' | 'texts';
  /** Whether `A!=n` in a condition of what is no tristate stays, or becomes `A` if that is one (expr_trans_bool). */
  readonly tristateTests: 'kept' | 'dropped';
  /** How far `imply` lifts: to the direct dependencies, or, if those are not n, as far as it says, `y` beyond them. */
  readonly imply: 'limited' | 'unlimited';
  /** What a number outside of its range becomes: the text of the bound, or the bound's number as text. */
  readonly clampedText: 'bound' | 'number';
  /** What an int or hex without value or default has: no text, or `0` and `0x0`. */
  readonly missingNumber: 'empty' | 'zero';
  /** What becomes of a number in .config that its range does not allow. */
  readonly outOfRange: 'reset' | 'clamped';
  /** How a tristate reads that was `m` when it was last calculated, while MODULES is `n` now. */
  readonly formerModule: 'm' | 'n';
  /** When a symbol takes the value it has already: always, or only where the user could change it. */
  readonly presentValue: 'taken' | 'checked';

  // Reading
  /** What stands before a symbol's name in .config, unless the environment's `CONFIG_` says otherwise. */
  readonly prefix: string;
  /** Whether `"` and `\\` in strings are escaped in .config, or stand between the outer quotes as they are. */
  readonly strings: 'escaped' | 'bare';
  /**
   * How much of `# CONFIG_X is not set` has to stand there: the beginning, or all of it. `loose` takes any character for
   * the first blank, and passes over symbols that are not bool or tristate, which otherwise get the value `n`.
   */
  readonly notSetLine: 'loose' | 'prefix' | 'exact';
  /** What a line `CONFIG_X` without `=` is. */
  readonly lineWithoutEquals: 'ignored' | 'warned';

  /** Whether a carriage return in the middle of a line, or at its start, belongs to the line. */
  readonly carriageReturns: 'skipped' | 'kept';

  // Setting and writing
  /** In which order new symbols are set: by hash until nothing changes, or once along the menu. */
  readonly newSymbols: 'hash' | 'menu';
  /** Whether KCONFIG_WARN_CHANGED_INPUT is honoured. */
  readonly warnsOfChangedInput: boolean;
  /** Of which menus `# end of` is written: of none, of those with entries, of all. */
  readonly menuEnds: 'none' | 'filled' | 'all';
  /** What the minimal config does with menus and comments: finds out whether they are visible, or passes them by. */
  readonly minimalConfigMenus: 'evaluated' | 'passed';
  /** How the heading of a file is written: through a buffer of 256 bytes, with an empty line around it, or directly. */
  readonly heading: 'buffered' | 'direct';
  /** Whether strings in auto.conf are escaped. */
  readonly autoConfStrings: 'escaped' | 'plain';
  /** Whether `rustc_cfg` is written. */
  readonly rustcCfg: boolean;
  /** Whether `tristate.conf` is written. */
  readonly tristateConf: boolean;
  /** Which modes write auto.conf and its like: those that find none, or `syncconfig` alone. */
  readonly autoConf: 'missing' | 'sync';
  /** Whether a .config that is as it was before is left alone, or written again. */
  readonly unchangedConfig: 'kept' | 'rewritten';
  /** Whether a symbol has one line in .config, or another at its next entry where it was calculated again meanwhile. */
  readonly repeatedLines: 'never' | 'recalculated';
  /** The environment variable that names .config. */
  readonly configVariable: string;
  /** Names of the files that stand for a symbol's last change: `foo/bar.h` or `FOO_BAR`. */
  readonly touchFiles: 'paths' | 'names';
  /** Where `KCONFIG_SEED=…` is said. */
  readonly seedMessage: 'stderr' | 'stdout';
  /** Whether `helpnewconfig`, `yes2modconfig` and `mod2yesconfig` are modes. */
  readonly laterModes: boolean;
  /** Whether `mod2noconfig` is a mode. */
  readonly mod2noconfig: boolean;
  /** Where the location in a help text begins: at the entry itself, or at what is around it. */
  readonly helpLocation: 'entry' | 'parent';
  /** Around an entry, whose visibility a help text calculates: that of all, or of none after the first visible one. */
  readonly helpVisibility: 'all' | 'first-visible';
  /** What a help text tells of a symbol: each of its entries with its prompt, or its prompts and then its first entry. */
  readonly helpParts: 'entries' | 'prompts';
  /** Whether `oldnoconfig` is another name of `olddefconfig`. */
  readonly oldnoconfig: boolean;
  /** The file that `--defconfig` reads without an argument; undefined where it needs one. */
  readonly defaultDefconfig: string | undefined;
  /** Whether `syncconfig` is silent about the .config it writes. */
  readonly syncMessage: 'silent' | 'said';
  /** When `syncconfig` writes the .config: always, or if it has changed. */
  readonly syncWrites: 'always' | 'changed';
  /** How long `randconfig` goes on: as long as anything changes, or as long as the last choice does. */
  readonly randomRounds: 'any-change' | 'last-choice';
  /** Where the node of an `if` is: at its line, or at the statement after it, which the parser has read by then. */
  readonly ifPlace: 'itself' | 'next';
  /** How the command line is taken: any mode but the last is void, `-h` is known, a wrong option is passed over. */
  readonly commandLine: 'strict' | 'lenient';
  /** Whether the help of the command line has a section of arguments. */
  readonly usageArguments: boolean;
  /** Whether reading the old auto.conf makes all values be computed again (and warned of) once more. */
  readonly autoConfReading: 'invalidates' | 'keeps';
  /**
   * How auto.conf.cmd is written: the files newest first, always as include/config/auto.conf.cmd; newest first; or in
   * order, with `$(autoconfig)` for the name; or as .config.cmd beside the .config, where the other files have to have
   * their folders already.
   */
  readonly autoConfDependencies: 'beside-config' | 'fixed-name' | 'newest-first' | 'in-order';
  /** Whether warnings become errors where KCONFIG_WERROR is set. */
  readonly werror: boolean;
};

/** `scripts/kconfig` of Linux 6.1. */
export const linux61: Dialect = {
  name: 'linux-6.1',
  implementation: 'conf',
  keywords: 'reserved',
  vocabulary: 'current',
  toolSymbols: [],
  macros: true,
  defaultTitle: 'Main menu',
  optionLines: [],
  modulesKeyword: true,
  transitional: false,
  conditionalDepends: false,
  configDefault: false,
  choices: 'symbols',
  choicePrompt: 'logical',
  memberPrompts: 'anywhere',
  repeatedSource: 'allowed',
  helpAndPromptFaults: 'warning',
  rootEndsLine: true,
  messageFile: 'statement',
  inclusionPath: 'loop',
  syntaxErrorOffset: 1,
  recursionPlaces: true,
  recursion: 'refused',
  hashBuckets: 9973,
  nameHash: 'fnv',
  expressions: 'rewritten',
  opposites: 'kept',
  comparedConstants: 'tristates',
  tristateTests: 'kept',
  imply: 'limited',
  clampedText: 'bound',
  missingNumber: 'empty',
  outOfRange: 'reset',
  prefix: 'CONFIG_',
  strings: 'escaped',
  formerModule: 'm',
  presentValue: 'taken',
  notSetLine: 'prefix',
  lineWithoutEquals: 'ignored',
  carriageReturns: 'skipped',
  newSymbols: 'hash',
  warnsOfChangedInput: false,
  menuEnds: 'all',
  minimalConfigMenus: 'evaluated',
  heading: 'direct',
  autoConfStrings: 'plain',
  rustcCfg: true,
  tristateConf: false,
  autoConf: 'missing',
  unchangedConfig: 'kept',
  repeatedLines: 'never',
  configVariable: 'KCONFIG_CONFIG',
  touchFiles: 'names',
  seedMessage: 'stdout',
  laterModes: true,
  mod2noconfig: true,
  helpLocation: 'entry',
  helpVisibility: 'all',
  helpParts: 'entries',
  oldnoconfig: false,
  defaultDefconfig: undefined,
  syncMessage: 'silent',
  syncWrites: 'always',
  randomRounds: 'any-change',
  ifPlace: 'itself',
  commandLine: 'lenient',
  usageArguments: false,
  autoConfReading: 'invalidates',
  autoConfDependencies: 'newest-first',
  werror: true,
};

/** `scripts/kconfig` of Linux 5.10. */
export const linux510: Dialect = {
  ...linux61,
  name: 'linux-5.10',
  optionLines: ['modules', 'defconfig_list', 'allnoconfig_y'],
  modulesKeyword: false,
  notSetLine: 'loose',
  menuEnds: 'filled',
  heading: 'buffered',
  autoConfStrings: 'escaped',
  rustcCfg: false,
  touchFiles: 'paths',
  seedMessage: 'stderr',
  mod2noconfig: false,
  helpLocation: 'parent',
  commandLine: 'strict',
  autoConfDependencies: 'fixed-name',
  werror: false,
};

/** `scripts/kconfig` of U-Boot: that of Linux 4.19, with strings as they are. */
export const uboot: Dialect = {
  ...linux510,
  name: 'u-boot',
  keywords: 'positional',
  comparedConstants: 'texts',
  tristateTests: 'dropped',
  imply: 'unlimited',
  clampedText: 'number',
  strings: 'bare',
  formerModule: 'n',
  menuEnds: 'none',
  tristateConf: true,
  autoConf: 'sync',
  unchangedConfig: 'rewritten',
  repeatedLines: 'recalculated',
  laterModes: false,
  helpParts: 'prompts',
  defaultDefconfig: 'arch/$(ARCH)/defconfig',
  randomRounds: 'last-choice',
};

/** `support/kconfig` of Buildroot: that of Linux 4.17, for names without `CONFIG_`. */
export const buildroot: Dialect = {
  ...uboot,
  name: 'buildroot',
  toolSymbols: ['UNAME_RELEASE'],
  macros: false,
  defaultTitle: 'Buildroot Configuration',
  optionLines: ['modules', 'defconfig_list', 'allnoconfig_y', 'env'],
  recursion: 'told',
  prefix: '',
  strings: 'escaped',
  configVariable: 'BR2_CONFIG',
  oldnoconfig: true,
  defaultDefconfig: '.defconfig',
  syncMessage: 'said',
  syncWrites: 'changed',
  ifPlace: 'next',
  autoConfDependencies: 'beside-config',
};

/** `scripts/kconfig` of BusyBox: that of Linux 2.6.16, whose values and files are of their own (busybox-values.ts). */
export const busybox: Dialect = {
  ...buildroot,
  name: 'busybox',
  vocabulary: '2.6',
  toolSymbols: ['ARCH', 'KERNELVERSION', 'UNAME_RELEASE'],
  defaultTitle: 'Busybox Configuration',
  optionLines: [],
  repeatedSource: 'error',
  prefix: 'CONFIG_',
  recursionPlaces: false,
  hashBuckets: 257,
  nameHash: 'sum',
  opposites: 'dropped',
  imply: 'limited',
  formerModule: 'm',
  heading: 'direct',
  tristateConf: false,
  autoConf: 'missing',
  configVariable: 'KCONFIG_CONFIG',
  touchFiles: 'names',
  helpLocation: 'entry',
  helpParts: 'entries',
  oldnoconfig: false,
  defaultDefconfig: '/dev/null',
  syncMessage: 'silent',
  syncWrites: 'always',
  randomRounds: 'any-change',
  autoConfDependencies: 'fixed-name',
  autoConfReading: 'keeps',
};

/** `scripts/kconfig` of Linux 6.12. */
export const linux612: Dialect = {
  ...linux61,
  name: 'linux-6.12',
  choices: 'menus',
  choicePrompt: 'bool',
  memberPrompts: 'choice',
  rootEndsLine: false,
  messageFile: 'current',
  inclusionPath: 'root',
  syntaxErrorOffset: 0,
  recursionPlaces: false,
  hashBuckets: 16384,
  expressions: 'shared',
  missingNumber: 'zero',
  outOfRange: 'clamped',
  presentValue: 'checked',
  notSetLine: 'exact',
  lineWithoutEquals: 'warned',
  carriageReturns: 'kept',
  newSymbols: 'menu',
  minimalConfigMenus: 'passed',
  helpVisibility: 'first-visible',
  autoConfReading: 'keeps',
  autoConfDependencies: 'in-order',
};

/** `scripts/kconfig` of Linux 7.2. */
export const linux72: Dialect = {
  ...linux612,
  name: 'linux-7.2',
  transitional: true,
  conditionalDepends: true,
  choicePrompt: 'prompt',
  memberPrompts: 'single',
  repeatedSource: 'error',
  helpAndPromptFaults: 'error',
  warnsOfChangedInput: true,
  usageArguments: true,
};

/** Kconfiglib, the tool in Python, whose parsing, values and files are of their own: most features of conf say nothing here. */
export const kconfiglib: Dialect = {
  ...linux510,
  name: 'kconfiglib',
  implementation: 'kconfiglib',
  commandLine: 'lenient',
  conditionalDepends: true,
};

/** `scripts/kconfig/kconfiglib.py` of Zephyr. */
export const zephyr: Dialect = {
  ...kconfiglib,
  name: 'zephyr',
  conditionalDepends: false,
  configDefault: true,
};

/** Every dialect that has a name. */
export const dialects: readonly Dialect[] = [
  linux510,
  linux61,
  linux612,
  linux72,
  uboot,
  buildroot,
  busybox,
  kconfiglib,
  zephyr,
];

/** Text of a file of the C tool, or '' if there is none. */
type ToolText = (file: string) => string;

/** How each feature shows in the tool's source. Who changes a mark raises the version of what src/conf remembers. */
const marks: {readonly [Feature in Exclude<keyof Dialect, 'name'>]: (text: ToolText) => Dialect[Feature]} = {
  implementation: () => 'conf',
  configDefault: () => false,
  keywords: (text) => (text('parser.y').includes('kconf_id') ? 'positional' : 'reserved'),
  vocabulary: (text) => (text('zconf.gperf').includes('T_REQUIRES') ? '2.6' : 'current'),
  toolSymbols: (text) =>
    ['ARCH', 'KERNELVERSION', 'UNAME_RELEASE'].filter((name) =>
      text('symbol.c').includes(`sym_lookup("${name}", 0)`),
    ),
  macros: (text) => !text('confdata.c').includes('conf_expand_value'),
  defaultTitle: (text) => /"(\w+ Configuration)"/.exec(text('parser.y'))?.[1] ?? 'Main menu',
  optionLines: (text) =>
    (['modules', 'defconfig_list', 'allnoconfig_y', 'env'] as const).filter(
      (line) =>
        text('kconf_id.c').includes(`T_OPT_${line.toUpperCase()},`) ||
        (text('parser.y').includes(`T_${line.toUpperCase()} T_EOL`) &&
          text('parser.y').includes('T_OPTION ')),
    ),
  modulesKeyword: (text) => text('parser.y').includes('config_option: T_MODULES'),
  transitional: (text) => text('parser.y').includes('T_TRANSITIONAL'),
  conditionalDepends: (text) => text('parser.y').includes('T_DEPENDS T_ON expr if_expr'),
  choices: (text) => (text('parser.y').includes('current_choice') ? 'menus' : 'symbols'),
  choicePrompt: (text) =>
    text('parser.y').includes('choice_option: T_BOOL')
      ? 'bool'
      : /choice_option: (logic_type|T_TRISTATE|T_TYPE|type)/.test(text('parser.y'))
        ? 'logical'
        : 'prompt',
  memberPrompts: (text) =>
    text('parser.y').includes('must not have a prompt in another entry')
      ? 'single'
      : text('parser.y').includes('has a prompt outside its choice group')
        ? 'choice'
        : 'anywhere',
  repeatedSource: (text) =>
    text('util.c').includes('repeated inclusion') || text('lexer.l').includes('already scanned?')
      ? 'error'
      : 'allowed',
  helpAndPromptFaults: (text) =>
    text('parser.y').includes('warning: menuconfig statement without prompt') ? 'warning' : 'error',
  rootEndsLine: (text) => !text('lexer.l').includes('if (current_buf) {'),
  messageFile: (text) => (text('lexer.l').includes('int source_lineno;') ? 'current' : 'statement'),
  inclusionPath: (text) => (text('lexer.l').includes('recur_include') ? 'root' : 'loop'),
  syntaxErrorOffset: (text) => (text('parser.y').includes('zconf_lineno() + 1, err') ? 1 : 0),
  recursionPlaces: (text) => text('symbol.c').includes('%s:%d:error: recursive dependency'),
  recursion: (text) =>
    /if \(sym2 && sym2 == sym\)|Warning! Found recursive/.test(text('symbol.c')) ? 'told' : 'refused',
  hashBuckets: (text) =>
    /SYMBOL_HASHSIZE\s+\(1U << 14\)/.test(text('internal.h'))
      ? 16384
      : text('expr.h').includes('SYMBOL_HASHSIZE		257')
        ? 257
        : 9973,
  nameHash: (text) => (text('symbol.c').includes('hash += *ptr') ? 'sum' : 'fnv'),
  expressions: (text) => (text('expr.c').includes('expr_hashtable') ? 'shared' : 'rewritten'),
  opposites: (text) => (text('expr.c').includes('expr_eliminate_dups2') ? 'dropped' : 'kept'),
  comparedConstants: (text) =>
    /symbol_yes = \{\s*\.name = "y",\s*\.curr/.test(text('symbol.c')) ? 'texts' : 'tristates',
  tristateTests: (text) => (text('menu.c').includes('expr_trans_bool') ? 'dropped' : 'kept'),
  imply: (text) => (text('symbol.c').includes('sym->implied.tri == yes)') ? 'unlimited' : 'limited'),
  clampedText: (text) => (/sprintf\(str, "0x%(ll)?x"/.test(text('symbol.c')) ? 'number' : 'bound'),
  missingNumber: (text) => (text('symbol.c').includes('newval.val = "0x0"') ? 'zero' : 'empty'),
  outOfRange: (text) => (text('confdata.c').includes('sym_string_within_range') ? 'reset' : 'clamped'),
  prefix: (text) => (text('Makefile.br').includes('-DCONFIG_=') ? '' : 'CONFIG_'),
  strings: (text) => (text('confdata.c').includes('Last char has to be') ? 'bare' : 'escaped'),
  formerModule: (text) =>
    text('symbol.c').includes('(modules_sym->curr.tri == no) ? "n" : "m"') ? 'n' : 'm',
  presentValue: (text) =>
    text('symbol.c').includes('oldval != val && !sym_tristate_within_range') ? 'taken' : 'checked',
  notSetLine: (text) =>
    !text('confdata.c').includes('strncmp(p, "is not set"')
      ? 'exact'
      : text('confdata.c').includes('val = "n";')
        ? 'prefix'
        : 'loose',
  lineWithoutEquals: (text) =>
    text('confdata.c').split('unexpected data: ').length > 2 ? 'warned' : 'ignored',
  carriageReturns: (text) => (text('confdata.c').includes('getline_stripped') ? 'kept' : 'skipped'),
  newSymbols: (text) => (text('conf.c').includes('menu_for_each_entry') ? 'menu' : 'hash'),
  warnsOfChangedInput: (text) => text('confdata.c').includes('KCONFIG_WARN_CHANGED_INPUT'),
  menuEnds: (text) =>
    text('confdata.c').includes('end_check:')
      ? 'all'
      : text('confdata.c').includes('# end of')
        ? 'filled'
        : 'none',
  minimalConfigMenus: (text) => (text('confdata.c').includes('menu_for_each_entry') ? 'passed' : 'evaluated'),
  heading: (text) =>
    text('confdata.c').includes('char buf[256];\n\n\tsnprintf(buf') ? 'buffered' : 'direct',
  autoConfStrings: (text) => (text('confdata.c').includes('print_symbol_for_autoconf') ? 'plain' : 'escaped'),
  rustcCfg: (text) => text('confdata.c').includes('rustc_cfg'),
  tristateConf: (text) => text('confdata.c').includes('KCONFIG_TRISTATE'),
  autoConf: (text) => (text('confdata.c').includes('conf_write_autoconf(void)') ? 'sync' : 'missing'),
  unchangedConfig: (text) => (text('confdata.c').includes('%s.tmpconfig.%d') ? 'rewritten' : 'kept'),
  repeatedLines: (text) => (text('confdata.c').includes('SYMBOL_WRITTEN') ? 'never' : 'recalculated'),
  configVariable: (text) => (text('confdata.c').includes('"BR2_CONFIG"') ? 'BR2_CONFIG' : 'KCONFIG_CONFIG'),
  touchFiles: (text) => (text('confdata.c').includes('tolower(') ? 'paths' : 'names'),
  seedMessage: (text) => (/\bprintf\("KCONFIG_SEED/.test(text('conf.c')) ? 'stdout' : 'stderr'),
  laterModes: (text) =>
    !text('conf.c').includes('optional_argument') && !text('conf.c').includes('ask_silent'),
  mod2noconfig: (text) => text('conf.c').includes('mod2noconfig'),
  helpLocation: (text) => (text('menu.c').includes('menu = prop->menu->parent;') ? 'parent' : 'entry'),
  helpVisibility: (text) =>
    text('menu.c').includes('location == NULL && menu_is_visible') ? 'first-visible' : 'all',
  helpParts: (text) =>
    text('menu.c').includes('"  Defined at') || text('menu.c').includes('_("  Defined at')
      ? 'prompts'
      : 'entries',
  oldnoconfig: (text) => text('conf.c').includes('"oldnoconfig"'),
  defaultDefconfig: (text) =>
    text('conf.c').includes('conf_get_default_confname')
      ? /conf_defname\[\] = "(.*)"/.exec(text('confdata.c'))?.[1]
      : undefined,
  syncMessage: (text) => (/case syncconfig:\s*sync_kconfig = 1;/.test(text('conf.c')) ? 'said' : 'silent'),
  syncWrites: (text) => (text('conf.c').includes('conf_get_changed() && conf_write') ? 'changed' : 'always'),
  randomRounds: (text) =>
    text('confdata.c').includes('has_changed = randomize_choice_values') ? 'last-choice' : 'any-change',
  ifPlace: (text) => (text('parser.y').includes('T_IF expr nl') ? 'next' : 'itself'),
  commandLine: (text) => (text('conf.c').includes('input_mode_opt') ? 'lenient' : 'strict'),
  usageArguments: (text) => text('conf.c').includes('Arguments:'),
  autoConfReading: (text) =>
    text('confdata.c').includes('flags &= ~(def_flags|SYMBOL_VALID)') ? 'invalidates' : 'keeps',
  autoConfDependencies: (text) =>
    text('confdata.c').includes('"%s.config.cmd"')
      ? 'beside-config'
      : (text('confdata.c') + text('util.c')).includes('..config.tmp"')
        ? 'fixed-name'
        : text('confdata.c').includes('autoconf_cmd;')
          ? 'in-order'
          : 'newest-first',
  werror: (text) => text('confdata.c').includes('KCONFIG_WERROR'),
};

/** What files of the tool were called up to Linux 4.19. */
const formerNames: ReadonlyMap<string, string> = new Map([
  ['parser.y', 'zconf.y'],
  ['lexer.l', 'zconf.l'],
]);

const features = Object.keys(marks) as (keyof typeof marks)[];

/**
 * The dialect of the tool that a tree brings along: a named one, or one with features of its own under the name of the
 * nearest. Undefined if there is no tool.
 *
 * `readFile` gives the text of a file in the tree, undefined if there is none; `folder` is where the tool lies, by
 * default where Linux or Buildroot have it.
 */
export function recogniseDialect(
  readFile: (path: string) => string | undefined,
  folder?: string,
): Dialect | undefined {
  const folders = folder === undefined ? ['scripts/kconfig', 'support/kconfig'] : [folder];
  const toolFolder = folders.find((candidate) => readFile(`${candidate}/confdata.c`) !== undefined);
  if (toolFolder === undefined) return recogniseKconfiglib(readFile, folders);
  const texts = new Map<string, string>();
  const text: ToolText = (file) => {
    const old = formerNames.get(file);
    const known =
      texts.get(file) ?? readFile(`${toolFolder}/${file}`) ?? (old && readFile(`${toolFolder}/${old}`)) ?? '';
    texts.set(file, known);
    return known;
  };
  if (text('parser.y') === '' || text('confdata.c') === '') return undefined;
  const found = Object.fromEntries(features.map((feature) => [feature, marks[feature](text)]));
  const differences = (dialect: Dialect) =>
    features.filter((feature) => String(dialect[feature]) !== String(found[feature])).length;
  const inC = dialects.filter(({implementation}) => implementation === 'conf');
  const nearest = inC.reduce((best, dialect) => (differences(dialect) < differences(best) ? dialect : best));
  return differences(nearest) === 0 ? nearest : {...nearest, ...found};
}

/** Kconfiglib, where a tree has it instead of a tool in C. */
function recogniseKconfiglib(
  readFile: (path: string) => string | undefined,
  folders: readonly string[],
): Dialect | undefined {
  const text = folders
    .map((folder) => readFile(`${folder}/kconfiglib.py`))
    .find((candidate) => candidate !== undefined);
  if (text === undefined) return undefined;
  const nearest = text.includes('_T_CONFIGDEFAULT') ? zephyr : kconfiglib;
  const conditionalDepends = text.includes('def _parse_depends(');
  return nearest.conditionalDepends === conditionalDepends ? nearest : {...nearest, conditionalDepends};
}
