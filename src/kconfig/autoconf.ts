/** The texts kbuild and the compilers read (conf_write_autoconf of confdata.c, Linux 6.1), in hash order. */

import {headingLines, poundHeading, quote, writtenString} from './dotconfig.ts';
import type {KconfigModel} from './model.ts';
import {type ConfigSymbol, isLogical} from './symbol.ts';
import type {Evaluation} from './values.ts';

export type AutoconfTexts = {
  /** include/config/auto.conf */
  readonly autoConf: string;
  /** include/generated/autoconf.h */
  readonly autoconfHeader: string;
  /** include/generated/rustc_cfg; empty where the dialect has none. */
  readonly rustcCfg: string;
  /** include/config/tristate.conf; empty where the dialect has none. */
  readonly tristateConf: string;
};

/** The files that `syncconfig` writes. */
export function writeAutoconf(evaluation: Evaluation): AutoconfTexts {
  const {model} = evaluation;
  for (const symbol of model.hashOrder) evaluation.calculate(symbol);
  const lines = {autoConf: '', autoconfHeader: '', rustcCfg: '', tristateConf: ''};
  for (const symbol of model.hashOrder) {
    if (!evaluation.state(symbol).write || symbol.name === undefined || symbol.type === 'unknown') continue;
    const name = model.prefix + symbol.name;
    const value = evaluation.storedText(symbol);
    if (isLogical(symbol.type) && value === 'n') continue;
    const escaped = symbol.type === 'string' && model.dialect.autoConfStrings === 'escaped';
    lines.autoConf += `${name}=${escaped ? writtenString(model, value) : value}\n`;
    lines.autoconfHeader += defineLine(model, symbol, value);
    lines.rustcCfg += rustcLines(name, symbol, value);
    if (symbol.type === 'tristate') lines.tristateConf += `${name}=${value.toUpperCase()}\n`;
  }
  return {
    autoConf: poundHeading(model) + lines.autoConf,
    autoconfHeader: cHeading(model) + lines.autoconfHeader,
    rustcCfg: model.dialect.rustcCfg ? lines.rustcCfg : '',
    tristateConf: model.dialect.tristateConf ? poundHeading(model) + lines.tristateConf : '',
  };
}

function cHeading(model: KconfigModel): string {
  const lines = headingLines(model).map((line) =>
    line === '' && model.dialect.heading === 'buffered' ? ' *\n' : ` * ${line}\n`,
  );
  return `/*\n${lines.join('')} */\n`;
}

function withHexPrefix(symbol: ConfigSymbol, value: string): string {
  return symbol.type === 'hex' && !/^0[xX]/.test(value) ? `0x${value}` : value;
}

/** print_symbol_for_c. */
function defineLine(model: KconfigModel, symbol: ConfigSymbol, value: string): string {
  const name = model.prefix + symbol.name;
  if (isLogical(symbol.type)) return `#define ${name}${value === 'm' ? '_MODULE' : ''} 1\n`;
  const text = symbol.type === 'string' ? writtenString(model, value) : withHexPrefix(symbol, value);
  return `#define ${name} ${text}\n`;
}

/** print_symbol_for_rustccfg: every value is a string. */
function rustcLines(name: string, symbol: ConfigSymbol, value: string): string {
  const line = `--cfg=${name}=${quote(withHexPrefix(symbol, value))}\n`;
  return isLogical(symbol.type) ? `--cfg=${name}\n${line}` : line;
}
