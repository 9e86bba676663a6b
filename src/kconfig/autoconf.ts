/** The texts kbuild and the compilers read (conf_write_autoconf of confdata.c, Linux 6.1), in hash order. */

import {quote} from './dotconfig.ts';
import type {ConfigSymbol} from './symbol.ts';
import type {Evaluation} from './values.ts';

export type AutoconfTexts = {
  /** include/config/auto.conf */
  readonly autoConf: string;
  /** include/generated/autoconf.h */
  readonly autoconfHeader: string;
  /** include/generated/rustc_cfg */
  readonly rustcCfg: string;
};

/** The three files that `syncconfig` writes. */
export function writeAutoconf(evaluation: Evaluation): AutoconfTexts {
  const {model} = evaluation;
  for (const symbol of model.hashOrder) evaluation.calculate(symbol);
  const lines = {autoConf: '', autoconfHeader: '', rustcCfg: ''};
  for (const symbol of model.hashOrder) {
    if (!evaluation.state(symbol).write || symbol.name === undefined || symbol.type === 'unknown') continue;
    const name = model.prefix + symbol.name;
    const value = evaluation.storedText(symbol);
    if (isLogical(symbol) && value === 'n') continue;
    lines.autoConf += `${name}=${value}\n`;
    lines.autoconfHeader += defineLine(name, symbol, value);
    lines.rustcCfg += rustcLines(name, symbol, value);
  }
  const title = model.mainMenuTitle;
  const heading = 'Automatically generated file; DO NOT EDIT.';
  return {
    autoConf: `#\n# ${heading}\n# ${title}\n#\n${lines.autoConf}`,
    autoconfHeader: `/*\n * ${heading}\n * ${title}\n */\n${lines.autoconfHeader}`,
    rustcCfg: lines.rustcCfg,
  };
}

function isLogical(symbol: ConfigSymbol): boolean {
  return symbol.type === 'bool' || symbol.type === 'tristate';
}

function withHexPrefix(symbol: ConfigSymbol, value: string): string {
  return symbol.type === 'hex' && !/^0[xX]/.test(value) ? `0x${value}` : value;
}

/** print_symbol_for_c. */
function defineLine(name: string, symbol: ConfigSymbol, value: string): string {
  if (isLogical(symbol)) return `#define ${name}${value === 'm' ? '_MODULE' : ''} 1\n`;
  return `#define ${name} ${symbol.type === 'string' ? quote(value) : withHexPrefix(symbol, value)}\n`;
}

/** print_symbol_for_rustccfg: every value is a string. */
function rustcLines(name: string, symbol: ConfigSymbol, value: string): string {
  const line = `--cfg=${name}=${quote(withHexPrefix(symbol, value))}\n`;
  return isLogical(symbol) ? `--cfg=${name}\n${line}` : line;
}
