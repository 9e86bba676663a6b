/** The tokens of the Kconfig language (lexer.l, Linux 5.10 to 7.2). */

import type {Dialect} from './dialect.ts';

export const token = {
  end: 0,
  endOfLine: 1,
  word: 2,
  quoted: 3,
  helpText: 4,
  assignedText: 5,
  or: 6,
  and: 7,
  not: 8,
  openParen: 9,
  closeParen: 10,
  equal: 11,
  unequal: 12,
  less: 13,
  lessEqual: 14,
  greater: 15,
  greaterEqual: 16,
  colonEqual: 17,
  plusEqual: 18,
  bool: 20,
  choice: 21,
  comment: 22,
  config: 23,
  defBool: 24,
  defTristate: 25,
  default: 26,
  depends: 27,
  endchoice: 28,
  endif: 29,
  endmenu: 30,
  help: 31,
  hex: 32,
  if: 33,
  imply: 34,
  int: 35,
  mainmenu: 36,
  menu: 37,
  menuconfig: 38,
  modules: 39,
  on: 40,
  optional: 41,
  prompt: 42,
  range: 43,
  select: 44,
  source: 45,
  string: 46,
  tristate: 47,
  visible: 48,
  transitional: 49,
  option: 50,
  defconfigList: 51,
  allnoconfigY: 52,
  requires: 53,
} as const;

export type Token = (typeof token)[keyof typeof token];

const keywords: ReadonlyMap<string, Token> = new Map<string, Token>([
  ['bool', token.bool],
  ['choice', token.choice],
  ['comment', token.comment],
  ['config', token.config],
  ['def_bool', token.defBool],
  ['def_tristate', token.defTristate],
  ['default', token.default],
  ['depends', token.depends],
  ['endchoice', token.endchoice],
  ['endif', token.endif],
  ['endmenu', token.endmenu],
  ['help', token.help],
  ['hex', token.hex],
  ['if', token.if],
  ['imply', token.imply],
  ['int', token.int],
  ['mainmenu', token.mainmenu],
  ['menu', token.menu],
  ['menuconfig', token.menuconfig],
  ['modules', token.modules],
  ['on', token.on],
  ['optional', token.optional],
  ['prompt', token.prompt],
  ['range', token.range],
  ['select', token.select],
  ['source', token.source],
  ['string', token.string],
  ['transitional', token.transitional],
  ['tristate', token.tristate],
  ['visible', token.visible],
  ['option', token.option],
  ['defconfig_list', token.defconfigList],
  ['allnoconfig_y', token.allnoconfigY],
]);

/** The keywords at the start of a line where keywords are positional (TF_COMMAND in kconf_id.c, Linux 4.17). */
const lineKeywords: ReadonlyMap<string, Token> = new Map<string, Token>([
  ...[...keywords].filter(
    ([, keyword]) =>
      ![token.on, token.modules, token.transitional, token.defconfigList, token.allnoconfigY].some(
        (other) => other === keyword,
      ),
  ),
  ['---help---', token.help],
]);

/** The same in Linux 2.6.16 (zconf.gperf). */
const firstKeywords: ReadonlyMap<string, Token> = new Map<string, Token>([
  ...[...lineKeywords].filter(([word]) => !['imply', 'visible', 'option', '---help---'].includes(word)),
  ['boolean', token.bool],
  ['def_boolean', token.defBool],
  ['enable', token.select],
  ['requires', token.requires],
]);

/** The keywords in the rest of such a line (TF_PARAM). */
export const innerKeywords: ReadonlyMap<string, Token> = new Map<string, Token>([
  ['if', token.if],
  ['on', token.on],
]);

/** The words that are keywords in a dialect; where keywords are positional, at the start of a line. */
export function keywordsOf(dialect: Dialect): ReadonlyMap<string, Token> {
  if (dialect.keywords === 'positional') return dialect.vocabulary === '2.6' ? firstKeywords : lineKeywords;
  const missing = new Set<Token>();
  if (dialect.choices === 'menus') missing.add(token.optional);
  if (!dialect.transitional) missing.add(token.transitional);
  if (dialect.optionLines.length === 0) {
    for (const word of [token.option, token.defconfigList, token.allnoconfigY]) missing.add(word);
    if (!dialect.modulesKeyword) missing.add(token.modules);
  }
  return new Map([...keywords].filter(([, keyword]) => !missing.has(keyword)));
}

const operators: ReadonlyMap<Token, string> = new Map<Token, string>([
  [token.or, '||'],
  [token.and, '&&'],
  [token.not, '!'],
  [token.openParen, '('],
  [token.closeParen, ')'],
  [token.equal, '='],
  [token.unequal, '!='],
  [token.less, '<'],
  [token.lessEqual, '<='],
  [token.greater, '>'],
  [token.greaterEqual, '>='],
  [token.colonEqual, ':='],
  [token.plusEqual, '+='],
]);

/** A token without a text of its own, for messages. */
export function tokenText(which: Token): string {
  if (which === token.end) return 'the end of the file';
  if (which === token.endOfLine) return 'the end of the line';
  const keyword = [...keywords].find(([, known]) => known === which)?.[0];
  return `\`${keyword ?? operators.get(which) ?? '?'}\``;
}
