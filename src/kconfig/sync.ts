/** What `syncconfig` does besides writing values: the files that stand for changes (confdata.c, Linux 6.1). */

import {parseAssignments, unquote} from './dotconfig.ts';
import type {Tristate} from './expression.ts';
import {isValidText} from './literal.ts';
import type {KconfigModel} from './model.ts';
import type {ConfigSymbol} from './symbol.ts';
import type {Evaluation} from './values.ts';

/** A symbol's value in the auto.conf of the last run. */
type OldValue = {readonly tristate: Tristate; readonly text: string};

/**
 * The names of what changed since the old auto.conf was written; without one, of all that is not `n`. Sources that
 * depend on `CONFIG_FOO` are compiled again when the file of that name is newer (conf_touch_deps).
 */
export function changedNames(evaluation: Evaluation, old: string | undefined, oldFile: string): string[] {
  const {model} = evaluation;
  if (model.dialect.autoConf === 'sync') evaluation.invalidate();
  const changed: string[] = [];
  const before = old === undefined ? undefined : new OldValues(evaluation, oldFile, old, changed);
  if (before && model.dialect.autoConfReading === 'invalidates') evaluation.invalidate();
  for (const symbol of model.hashOrder) {
    const {write} = evaluation.calculate(symbol);
    if (symbol.isChoice || symbol.name === undefined) continue;
    const value = before?.values.get(symbol);
    const same = write ? isSame(evaluation, symbol, value) : value === undefined;
    if (!same) changed.push(symbol.name);
  }
  return changed;
}

/** A new value against the old one, where no old one is as good as `n`. */
function isSame(evaluation: Evaluation, symbol: ConfigSymbol, old: OldValue | undefined): boolean {
  const {tristate, text} = evaluation.state(symbol);
  switch (symbol.type) {
    case 'bool':
    case 'tristate':
      return tristate === (old?.tristate ?? 0);
    case 'unknown':
      return false;
    default:
      return old?.text === text;
  }
}

/** Where a symbol's file lies in the folder of auto.conf: `FOO_BAR`, or `foo/bar.h` (conf_touch_dep). */
export function touchPath(model: KconfigModel, name: string): string {
  if (model.dialect.touchFiles === 'names') return name;
  return `${name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replaceAll('_', '/')}.h`;
}

/** conf_read_simple with S_DEF_AUTO: the values of an auto.conf; names that no Kconfig file has are `unknown`. */
class OldValues {
  readonly values = new Map<ConfigSymbol, OldValue>();
  readonly #modes = new Map<ConfigSymbol, Tristate>();
  readonly #warn: (start: number, code: string, message: string) => void;
  readonly #quoted: boolean;

  constructor({model, warnings}: Evaluation, file: string, text: string, unknown: string[]) {
    this.#quoted = model.dialect.autoConfStrings === 'escaped';
    this.#warn = (start, code, message) => {
      warnings.push({severity: 'warning', code, message, place: {file, text, start}});
    };
    for (const symbol of model.allSymbols) {
      if (symbol.isChoice) this.values.set(symbol, {tristate: 0, text: ''});
    }
    for (const {name, value, start} of parseAssignments(text, model, this.#warn)) {
      const symbol = model.symbols.get(name);
      if (!symbol) unknown.push(name);
      else this.#assign(symbol, value, start);
    }
  }

  #assign(symbol: ConfigSymbol, value: string, start: number): void {
    if (this.values.has(symbol)) {
      this.#warn(start, 'reassigned', `override: reassigning to symbol ${symbol.name}`);
    }
    const read = this.#read(symbol, value);
    if (!read) return;
    this.values.set(symbol, read);
    if (!symbol.choice) return;
    const mode = this.#modes.get(symbol.choice) ?? 0;
    if (read.tristate === 1 && mode === 2) {
      this.#warn(start, 'inconsistent-choice', `${symbol.name} creates inconsistent choice state`);
    } else if (read.tristate === 2 && mode !== 0) {
      this.#warn(start, 'choice-changed', `override: ${symbol.name} changes choice state`);
    }
    if (read.tristate > mode) this.#modes.set(symbol.choice, read.tristate);
  }

  #read(symbol: ConfigSymbol, value: string): OldValue | undefined {
    switch (symbol.type) {
      case 'bool':
      case 'tristate': {
        const tristate = value[0] === 'y' ? 2 : value[0] === 'n' ? 0 : value[0] === 'm' ? 1 : undefined;
        if (tristate === undefined || (tristate === 1 && symbol.type === 'bool')) return undefined;
        return {tristate, text: ''};
      }
      case 'string': {
        const text = this.#quoted ? unquote(value) : value;
        return text === undefined ? undefined : {tristate: 0, text};
      }
      default:
        return isValidText(symbol.type, value) ? {tristate: 0, text: value} : undefined;
    }
  }
}

/** auto.conf.cmd: what auto.conf has to be made again for, as a makefile (conf_write_autoconf_cmd). */
export function autoConfDependencies(model: KconfigModel, autoConf: string): string {
  const style = model.dialect.autoConfDependencies;
  const files = model.files.map(({name}) => `\t${name} \\\n`);
  const target = style === 'in-order' ? '$(autoconfig)' : autoConf;
  const checks = Array.from(
    model.environmentRead,
    ([name, value]) => `ifneq "$(${name})" "${value}"\n${target}: FORCE\nendif\n`,
  );
  switch (style) {
    case 'in-order': {
      const rules = `${target}: $(deps_config)\n$(deps_config): ;\n`;
      const apart = checks.map((check) => `\n${check}`).join('');
      return `autoconfig := ${autoConf}\n\ndeps_config := \\\n${files.join('')}\n${rules}${apart}`;
    }
    case 'newest-first': {
      const listed = files.reverse().join('');
      return `deps_config := \\\n${listed}\n${target}: $(deps_config)\n\n${checks.join('')}\n$(deps_config): ;\n`;
    }
    case 'beside-config':
    case 'fixed-name': {
      const listed = files
        .reverse()
        .join('')
        .replace(/ \\\n$/, '\n');
      return `deps_config := \\\n${listed}\n${target}: \\\n\t$(deps_config)\n\n${checks.join('')}\n$(deps_config): ;\n`;
    }
  }
}

/** Where auto.conf.cmd lies. */
export function dependenciesPath({dialect}: KconfigModel, autoConf: string, config: string): string {
  // The folder comes twice (conf_write_autoconf and file_write_dep, Linux 4.17).
  const folder = config.slice(0, config.lastIndexOf('/') + 1);
  if (dialect.autoConfDependencies === 'beside-config') return `${folder}${folder}.config.cmd`;
  return dialect.autoConfDependencies === 'fixed-name' ? 'include/config/auto.conf.cmd' : `${autoConf}.cmd`;
}

/** .kconfig.d of BusyBox: what the .config and its header have to be made again for (file_write_dep). */
export function kconfigDependencies(model: KconfigModel): string {
  const files = model.files.map(({name}) => `\t${name}`).reverse();
  const listed = files.join(' \\\n');
  return `deps_config := \\\n${listed}\n\n.config include/autoconf.h: $(deps_config)\n\ninclude/autoconf.h: .config\n\n$(deps_config):\n`;
}
