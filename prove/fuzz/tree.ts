/** Writes a random Kconfig tree within a dialect: what a real tree could say, and some of what none should. */

import type {Dialect} from '../../src/kconfig/index.ts';
import {Expressions} from './expressions.ts';
import type {Random} from './random.ts';
import {type Kind, number, quotedString} from './words.ts';

export type Declared = {readonly name: string; readonly kind: Kind; readonly member: boolean};

export type RandomTree = {
  /** Kconfig texts by path; `Kconfig` is the root. */
  readonly files: ReadonlyMap<string, string>;
  readonly declared: readonly Declared[];
};

/** Symbols that are selected are declared at the end, so that most trees have no recursive dependency. */
const targets = ['T0', 'T1', 'T2', 'T3'] as const;

export class TreeWriter {
  readonly #random: Random;
  readonly #dialect: Dialect;
  readonly #expressions: Expressions;
  readonly #declared: Declared[] = [];
  readonly #files = new Map<string, string[]>();
  #lines: string[] = [];
  #next = 0;
  readonly #total: number;
  /** Whether dependencies may point forward, and be recursive. */
  readonly #loops: boolean;

  constructor(random: Random, dialect: Dialect) {
    this.#random = random;
    this.#dialect = dialect;
    this.#total = 2 + random.below(random.chance(0.1) ? 60 : 14);
    this.#loops = random.chance(0.06);
    this.#expressions = new Expressions(random, this.#declared, () =>
      this.#loops && random.chance(0.2) ? `S${this.#next + random.below(3)}` : undefined,
    );
  }

  write(): RandomTree {
    this.#files.set('Kconfig', this.#lines);
    if (this.#random.chance(0.7))
      this.#add(
        this.#random.pick(['mainmenu "Tree"', 'mainmenu "Random $(NAME) tree"', 'mainmenu \'a "b"\'']),
      );
    this.#macros();
    if (this.#random.chance(0.75)) this.#modules();
    while (this.#next < this.#total) this.#entry(0);
    for (const target of targets) if (this.#random.chance(0.8)) this.#config(target);
    const files = new Map([...this.#files].map(([path, lines]) => [path, `${lines.join('\n')}\n`]));
    return {files, declared: this.#declared};
  }

  #add(...lines: string[]): void {
    for (const line of lines) {
      this.#lines.push(this.#random.chance(0.02) ? this.#odd(line) : line);
    }
  }

  /** The same statement with other blanks, or a comment behind it. */
  #odd(line: string): string {
    switch (this.#random.weighted({trailing: 3, comment: 3, spaces: 3, fold: 2, before: 1})) {
      case 'trailing':
        return `${line} \t`;
      case 'comment':
        return `${line} # comment "here`;
      case 'spaces':
        return line.replace(/^\t/, '        ').replace(/^(\s*\w+) /, '$1  \t ');
      case 'fold':
        return line.replace(/ (&&|\|\||if|on) /, ' \\\n\t\t$1 ');
      case 'before':
        return `\n  # a comment\n${line}`;
    }
  }

  #option(text: string): void {
    this.#add(`${this.#random.chance(0.95) ? '\t' : this.#random.pick(['  ', ' ', '\t\t', ''])}${text}`);
  }

  #macros(): void {
    this.#add(
      'NAME := fuzz',
      'S = S',
      'if-y = $(shell,echo $(1))',
      'both = $(1)-$(2)',
      'sub = sub/Kconfig.$(1)',
    );
    if (this.#random.chance(0.3))
      this.#add('NAME += more', 'late = $(NAME) $(later)', 'later := $(both,a,$(NAME))');
    while (this.#random.chance(0.15)) {
      this.#add(
        this.#random.pick([
          '$(info,said $(NAME))',
          '$(warning-if,$(if-y,y),warned at $(lineno))',
          '$(warning-if,n,never)',
          'here := $(filename):$(lineno)',
          'empty =',
          'NAME = $(both,b)',
          'lazy = $(undefined)$(if-y,n)',
          'lazy += again',
          'X:=  spaced  text  ',
          'comma := a,b',
          'paren := $(both,(a,b),c)',
          'words = $(shell,printf "a\\nb\\n\\n")',
          '$(error-if,$(if-y,n),not this)',
        ]),
      );
    }
  }

  #modules(): void {
    const {modulesKeyword, optionLines} = this.#dialect;
    this.#add('config MODULES', '\tbool "Modules"');
    if (modulesKeyword) this.#add('\tmodules');
    else if (optionLines.includes('modules')) this.#add('\toption modules');
    if (this.#random.chance(0.6)) this.#option('default y');
    this.#declared.push({name: 'MODULES', kind: 'bool', member: false});
  }

  #entry(depth: number): void {
    const kinds = {config: 60, menu: 8, if: 7, choice: 9, comment: 4, source: 2, blank: 2};
    switch (depth < 3 ? this.#random.weighted(kinds) : 'config') {
      case 'menu':
        this.#menu(depth);
        break;
      case 'if':
        this.#block(`if ${this.#expressions.expression(2)}`, 'endif', depth);
        break;
      case 'choice':
        this.#choice();
        break;
      case 'comment':
        this.#comment();
        break;
      case 'source':
        this.#source(depth);
        break;
      case 'blank':
        this.#add('', '# nothing');
        break;
      default:
        if (this.#dialect.transitional && this.#random.chance(0.04)) this.#transitional();
        else this.#config();
    }
  }

  #menu(depth: number): void {
    this.#block(`menu "Menu ${this.#next}"`, 'endmenu', depth, () => {
      if (this.#random.chance(0.35)) this.#depends();
      if (this.#random.chance(0.3)) this.#option(`visible if ${this.#expressions.expression(2)}`);
    });
  }

  #block(start: string, end: string, depth: number, options?: () => void): void {
    this.#add(start);
    options?.();
    for (let count = this.#random.below(4); count > 0; count--) this.#entry(depth + 1);
    this.#add(this.#random.chance(0.05) ? `${end} # ${start}` : end);
  }

  #comment(): void {
    this.#add(`comment "Comment ${this.#next}"`);
    if (this.#random.chance(0.6)) this.#depends();
  }

  #source(depth: number): void {
    const known = [...this.#files.keys()].slice(1);
    if (known.length > 0 && this.#random.chance(0.2)) {
      this.#add(`source "${this.#random.pick(known)}"`);
      return;
    }
    const path = `sub/Kconfig.${this.#files.size}`;
    this.#add(this.#random.chance(0.2) ? `source "$(sub,${this.#files.size})"` : `source "${path}"`);
    const including = this.#lines;
    this.#lines = [];
    this.#files.set(path, this.#lines);
    for (let count = this.#random.below(4); count > 0; count--) this.#entry(depth + 1);
    this.#lines = including;
  }

  #depends(): void {
    const condition = this.#dialect.conditionalDepends ? this.#condition(0.25) : '';
    this.#option(`depends on ${this.#expressions.expression(2)}${condition}`);
  }

  #condition(probability: number): string {
    return this.#random.chance(probability) ? ` if ${this.#expressions.expression(2)}` : '';
  }

  #prompt(text: string): string {
    return this.#random.chance(0.96) ? `"${text}"` : quotedString(this.#random);
  }

  #choice(): void {
    const symbols = this.#dialect.choices === 'symbols';
    const tristate = symbols && this.#random.chance(0.35);
    const type = tristate ? 'tristate' : 'bool';
    this.#add(symbols && this.#random.chance(0.08) ? `choice C${this.#next}` : 'choice');
    if (this.#dialect.choicePrompt !== 'prompt' && this.#random.chance(0.2)) {
      this.#option(`${type} "Choice ${this.#next}"${this.#condition(0.3)}`);
    } else {
      if (this.#random.chance(symbols ? 0.97 : 0.995))
        this.#option(`prompt "Choice ${this.#next}"${this.#condition(0.3)}`);
      if (this.#dialect.choicePrompt === 'logical' && this.#random.chance(0.5)) this.#option(type);
    }
    if (symbols && this.#random.chance(0.2)) this.#option('optional');
    if (this.#random.chance(0.35)) this.#depends();
    const members = Array.from({length: this.#random.below(5)}, () => `S${this.#next++}`);
    for (let count = this.#random.below(3); count > 0 && members.length > 0; count--) {
      this.#option(`default ${this.#random.pick(members)}${this.#condition(0.5)}`);
    }
    if (this.#random.chance(0.05)) this.#help();
    // A member that names another is a recursive dependency: they are only declared at the end.
    const declared = members.map((name) =>
      this.#member(name, tristate && this.#random.chance(0.8) ? 'tristate' : 'bool'),
    );
    this.#add('endchoice');
    this.#declared.push(...declared);
  }

  #member(name: string, kind: 'bool' | 'tristate'): Declared {
    const inIf = this.#random.chance(0.06);
    if (inIf) this.#add(`if ${this.#expressions.expression(1)}`);
    if (this.#random.chance(0.04)) this.#comment();
    this.#add(`config ${name}`);
    this.#option(`${kind} ${this.#prompt(`Member ${name}`)}${this.#condition(0.2)}`);
    if (this.#random.chance(0.25)) this.#depends();
    if (this.#random.chance(0.12)) this.#select();
    if (this.#dialect.choices === 'symbols' && this.#random.chance(0.04)) this.#option('default y');
    if (inIf) this.#add('endif');
    return {name, kind, member: true};
  }

  #config(target?: string): void {
    const known = target === undefined && this.#random.chance(0.06) ? this.#again() : undefined;
    const name = target ?? known?.name ?? `S${this.#next++}`;
    const kinds = {bool: 5, tristate: 6, int: target ? 0 : 2, hex: target ? 0 : 2, string: target ? 0 : 2};
    const kind = known?.kind ?? this.#random.weighted(kinds);
    const written = this.#random.chance(0.02) ? name.replace(/^S/, '$(S)') : name;
    const hasPrompt = this.#random.chance(0.7);
    this.#add(`${hasPrompt && this.#random.chance(0.2) ? 'menuconfig' : 'config'} ${written}`);
    this.#type(name, kind, hasPrompt);
    this.#body(kind, target);
    if (this.#random.chance(0.4)) this.#lines.push('');
    if (!known) this.#declared.push({name, kind, member: false});
    this.#expressions.visible = undefined;
  }

  /** A symbol that may have help and nothing else (Linux 7.2). */
  #transitional(): void {
    const name = `S${this.#next++}`;
    const kind = this.#random.pick(['bool', 'tristate', 'int', 'string'] as const);
    this.#add(`config ${name}`);
    this.#option(kind);
    this.#option('transitional');
    if (this.#random.chance(0.5)) this.#help();
    if (this.#random.chance(0.03)) this.#depends();
    this.#declared.push({name, kind, member: false});
  }

  /** A symbol that is declared once more; until that is done, only what was declared before it may be named. */
  #again(): Declared | undefined {
    if (this.#declared.length === 0) return undefined;
    const index = this.#random.below(this.#declared.length);
    const known = this.#declared[index]!;
    const single = this.#dialect.memberPrompts !== 'anywhere';
    if (known.member && this.#random.chance(single ? 0.98 : 0.8)) return undefined;
    if (!this.#loops) this.#expressions.visible = index;
    return known;
  }

  #type(name: string, kind: Kind, hasPrompt: boolean): void {
    const prompt = `${this.#prompt(`Prompt of ${name}`)}${this.#condition(0.25)}`;
    const logical = kind === 'bool' || kind === 'tristate';
    if (this.#random.chance(0.01)) return;
    if (logical && this.#random.chance(0.12)) {
      this.#option(`def_${kind} ${this.#expressions.value(kind)}${this.#condition(0.3)}`);
      if (hasPrompt) this.#option(`prompt ${prompt}`);
    } else if (hasPrompt && this.#random.chance(0.85)) this.#option(`${kind} ${prompt}`);
    else {
      this.#option(kind);
      if (hasPrompt) this.#option(`prompt ${prompt}`);
    }
    if (this.#random.chance(0.005)) this.#option(`prompt "Another"${this.#condition(0.5)}`);
  }

  #body(kind: Kind, target: string | undefined): void {
    const logical = kind === 'bool' || kind === 'tristate';
    while (this.#random.chance(0.35)) this.#depends();
    if ((kind === 'int' || kind === 'hex') && this.#random.chance(0.5)) this.#range(kind);
    for (let count = this.#random.below(3); count > 0; count--) {
      this.#option(`default ${this.#expressions.value(kind)}${this.#condition(0.5)}`);
    }
    if (target === undefined && (logical || this.#random.chance(0.02))) {
      while (this.#random.chance(0.22)) this.#select();
    }
    if (this.#random.chance(0.08)) this.#help();
  }

  #range(kind: 'int' | 'hex'): void {
    const bound = () =>
      (this.#random.chance(0.15) && this.#expressions.named(kind)) || number(this.#random, kind);
    this.#option(`range ${bound()} ${bound()}${this.#condition(0.3)}`);
  }

  #select(): void {
    const name =
      this.#loops && this.#random.chance(0.3) ? this.#expressions.name() : this.#random.pick(targets);
    this.#option(`${this.#random.chance(0.7) ? 'select' : 'imply'} ${name}${this.#condition(0.3)}`);
  }

  #help(): void {
    this.#add('\thelp');
    this.#lines.push(
      ...this.#random.pick([
        ['\t  Help text.', '', '\t    More.'],
        ['', '\t  After a blank.'],
        ['          eight and two', '\t  tab and two', '', ''],
        ['\t  config NOT_ONE', '\t\tbool "no"'],
        ['   three', '    four', '   three'],
        ['\t  trailing  ', '\t  \t', '\t  last "quote'],
        ['\t\xc3\xa4 $(NAME) \\', '\tnext'],
        ['\t  # no comment'],
      ]),
    );
  }
}
