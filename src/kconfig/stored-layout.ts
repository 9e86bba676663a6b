/**
 * How a model lies in bytes: a header of words, sections of 32-bit words in the machine's byte order, and at the end
 * one UTF-8 text of which all names are slices. A stored model is a memory of this machine, not a format to exchange.
 */

import type {ConfigSymbol, Property, SymbolType} from './symbol.ts';

/** First word of the bytes. Raise it whenever the layout or what the fields mean changes. */
export const layoutVersion = 0x4b_43_4d_04;

export const symbolTypes: readonly SymbolType[] = ['unknown', 'bool', 'tristate', 'int', 'hex', 'string'];
export const symbolKinds: readonly ConfigSymbol['kind'][] = ['config', 'constant', 'choice'];
export const propertyKinds: readonly Property['kind'][] = [
  'symbol',
  'prompt',
  'menu',
  'comment',
  'default',
  'select',
  'imply',
  'range',
];

/**
 * The sections in their order. A list of runs has a section of starts, one more than there are runs. The first group
 * is what `Conditions` has, by the same names.
 */
export const sectionNames = [
  'records',
  'direct',
  'promptStart',
  'prompts',
  'promptIndex',
  'selectedStart',
  'selected',
  'impliedStart',
  'implied',
  'defaultStart',
  'defaults',
  'defaultValues',
  'isPlain',
  /** End of each string in the text, in UTF-16 units. */
  'strings',
  /** Name of each file. */
  'files',
  /** Name and value of each environment variable that was read. */
  'environment',
  /** Index of each symbol after the shared constants, in hash order. */
  'hashOrder',
  /** By bucket of the hash: where its symbols start. */
  'hashStart',
  /** By symbol after the shared constants: name, kind and type and flags, choice. */
  'symbols',
  /** By symbol: its run of properties. Those of menus and comments come after all runs. */
  'propertyStart',
  /** kind, node, file, line, condition, written condition, two words that depend on the kind. */
  'properties',
  /** The property behind each reference of `selected` and `implied`. */
  'selectedBy',
  'impliedBy',
  /** Index of each choice. */
  'choices',
  'memberStart',
  'members',
  'nodeStart',
  'symbolNodes',
  /** As in an outline: those of the menu, then those that are only the block around others (`if`). */
  'nodes',
  /** By node: file, line, block, prompt, visibility, dependency, help's file, start and end. */
  'details',
  /** By node: its run of written conditions, each an expression, a file and a line. */
  'conditionStart',
  'conditions',
  'visibilityStart',
  'visibilityConditions',
] as const;

export type Section = (typeof sectionNames)[number];

/** Words of one record. */
export const symbolWords = 3;
export const propertyWords = 8;
export const detailWords = 9;
export const conditionWords = 3;

/**
 * Words before the sections: version, bytes of text, prompts, `modules`, `defconfig_list`, prefix, whether it is regular;
 * then the words of each section.
 */
export const fixedHeaderWords = 7;
export const headerWords = fixedHeaderWords + sectionNames.length;

/** Bits of a symbol's second word: kind, type << 2, flags. */
export const typeShift = 2;
export const optionalFlag = 1 << 5;
export const checkedFlag = 1 << 6;
export const transitionalFlag = 1 << 7;
export const allnoconfigYesFlag = 1 << 8;
export const internalFlag = 1 << 9;
