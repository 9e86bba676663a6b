/** Random Kconfig trees and .config texts, for comparing the engine with the C tool. */

/** A small seeded generator (mulberry32), so that a failing tree can be made again. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Kind = 'bool' | 'tristate' | 'int' | 'hex' | 'string';

type Declared = {readonly name: string; readonly kind: Kind; readonly member?: boolean};

/** A tree in one file; with `loops`, dependencies may point forward and be recursive. */
export class RandomKconfig {
  readonly #random: () => number;
  readonly #loops: boolean;
  readonly #declared: Declared[] = [];
  readonly #total: number;
  readonly #lines: string[] = [];
  #next = 0;
  /** How many of the declared symbols may be named now: those before a symbol that is declared again. */
  #nameable = Infinity;

  constructor(seed: number, options: {readonly symbols: number; readonly loops?: boolean}) {
    this.#random = randomSource(seed);
    this.#total = options.symbols;
    this.#loops = options.loops ?? false;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  kconfig(): string {
    if (this.#chance(0.7)) this.#lines.push('mainmenu "Random $(NAME) tree"', '');
    this.#lines.push('NAME := fuzz', 'yes-if = $(if-y,$(1))', 'if-y = $(shell,echo $(1))');
    if (this.#chance(0.8)) {
      this.#lines.push(
        'config MODULES',
        '\tbool "Modules"',
        '\tmodules',
        this.#chance(0.5) ? '\tdefault y' : '',
      );
      this.#declared.push({name: 'MODULES', kind: 'bool'});
    }
    while (this.#next < this.#total) this.#entry(0);
    for (let i = 0; i < 4; i++) this.#config(`T${i}`);
    return `${this.#lines.join('\n')}\n`;
  }

  #entry(depth: number): void {
    const roll = this.#random();
    if (roll < 0.08 && depth < 3) this.#block(`menu "Menu ${this.#next}"`, 'endmenu', depth, true);
    else if (roll < 0.14 && depth < 3) this.#block(`if ${this.#expression(2)}`, 'endif', depth, false);
    else if (roll < 0.22) this.#choice();
    else if (roll < 0.27) {
      this.#lines.push(`comment "Comment ${this.#next}"`);
      if (this.#chance(0.5)) this.#lines.push(`\tdepends on ${this.#expression(2)}`);
    } else this.#config();
  }

  #block(start: string, end: string, depth: number, isMenu: boolean): void {
    this.#lines.push(start);
    if (isMenu && this.#chance(0.4)) this.#lines.push(`\tdepends on ${this.#expression(2)}`);
    if (isMenu && this.#chance(0.3)) this.#lines.push(`\tvisible if ${this.#expression(2)}`);
    const count = Math.floor(this.#random() * 5);
    for (let i = 0; i < count; i++) this.#entry(depth + 1);
    this.#lines.push(end);
  }

  #choice(): void {
    const tristate = this.#chance(0.3);
    this.#lines.push('choice', `\tprompt "Choice ${this.#next}"${this.#condition(0.3)}`);
    if (this.#chance(0.8)) this.#lines.push(tristate ? '\ttristate' : '\tbool');
    if (this.#chance(0.2)) this.#lines.push('\toptional');
    if (this.#chance(0.4)) this.#lines.push(`\tdepends on ${this.#expression(2)}`);
    const members = Array.from({length: 1 + Math.floor(this.#random() * 4)}, () => `S${this.#next++}`);
    if (this.#chance(0.5)) this.#lines.push(`\tdefault ${this.#pick(members)}${this.#condition(0.4)}`);
    for (const name of members) {
      const kind = tristate && this.#chance(0.8) ? 'tristate' : 'bool';
      this.#lines.push(`config ${name}`, `\t${kind} "Member ${name}"${this.#condition(0.2)}`);
      if (this.#chance(0.3)) this.#lines.push(`\tdepends on ${this.#expression(2)}`);
      if (this.#chance(0.15)) this.#select();
    }
    this.#lines.push('endchoice');
    for (const name of members)
      this.#declared.push({name, kind: tristate ? 'tristate' : 'bool', member: true});
  }

  #config(target?: string): void {
    const again = !target && this.#declared.length > 0 && this.#chance(0.06);
    const picked = again ? Math.floor(this.#random() * this.#declared.length) : -1;
    const known = this.#declared[picked]?.member ? undefined : this.#declared[picked];
    if (known && !this.#loops) this.#nameable = picked;
    const name = target ?? known?.name ?? `S${this.#next++}`;
    const logical = ['bool', 'bool', 'tristate', 'tristate', 'tristate'] as const;
    const kind =
      known?.kind ?? this.#pick(target ? logical : ([...logical, 'int', 'hex', 'string'] as const));
    const prompt = this.#chance(0.7) ? ` "Prompt of ${name}"${this.#condition(0.25)}` : '';
    this.#lines.push(
      `${prompt && this.#chance(0.2) ? 'menuconfig' : 'config'} ${name}`,
      `\t${kind}${prompt}`,
    );
    const dependencies = Math.floor(this.#random() * 3);
    for (let i = 0; i < dependencies; i++) this.#lines.push(`\tdepends on ${this.#expression(3)}`);
    if (kind === 'int' || kind === 'hex') this.#range(kind);
    const defaults = Math.floor(this.#random() * 3);
    for (let i = 0; i < defaults; i++)
      this.#lines.push(`\tdefault ${this.#value(kind)}${this.#condition(0.5)}`);
    if (!target && (kind === 'bool' || kind === 'tristate')) while (this.#chance(0.25)) this.#select();
    if (this.#chance(0.1)) this.#lines.push('\thelp', `\t  Help of ${name}.`, '', '\t    More.');
    this.#lines.push('');
    if (!known) this.#declared.push({name, kind});
    this.#nameable = Infinity;
  }

  #range(kind: 'int' | 'hex'): void {
    if (!this.#chance(0.5)) return;
    const bound = () => (this.#chance(0.15) && this.#named(kind)) || this.#number(kind);
    this.#lines.push(`\trange ${bound()} ${bound()}${this.#condition(0.3)}`);
  }

  /** Selects only what is declared at the end, so that there are no loops unless asked for. */
  #select(): void {
    const target = this.#loops && this.#chance(0.3) ? this.#name() : `T${Math.floor(this.#random() * 4)}`;
    this.#lines.push(`\t${this.#chance(0.7) ? 'select' : 'imply'} ${target}${this.#condition(0.3)}`);
  }

  #condition(probability: number): string {
    return this.#chance(probability) ? ` if ${this.#expression(2)}` : '';
  }

  #name(): string {
    if (this.#loops && this.#chance(0.1)) return `S${this.#next + Math.floor(this.#random() * 3)}`;
    const nameable = this.#declared.slice(0, this.#nameable);
    if (nameable.length === 0 || this.#chance(0.03)) return 'UNDECLARED';
    // Mostly the neighbours, as in real trees: that makes submenus.
    return this.#pick(this.#chance(0.6) ? nameable.slice(-4) : nameable).name;
  }

  #named(kind: Kind): string | undefined {
    const same = this.#declared.slice(0, this.#nameable).filter((symbol) => symbol.kind === kind);
    return same.length > 0 ? this.#pick(same).name : undefined;
  }

  #number(kind: 'int' | 'hex'): string {
    const value = Math.floor(this.#random() * 200) - (kind === 'int' ? 20 : 0);
    return kind === 'int' ? String(value) : `0x${value.toString(16)}`;
  }

  #value(kind: Kind): string {
    if (kind === 'bool' || kind === 'tristate') {
      return this.#chance(0.6) ? this.#pick(['y', 'm', 'n', 'y']) : this.#expression(2);
    }
    if (this.#chance(0.2)) return this.#named(kind) ?? '"0"';
    if (kind === 'string')
      return this.#pick(['"text"', '"a \\"b\\" \\\\c"', '"$(NAME) $(yes-if,y)"', "'single'", '""']);
    return this.#number(kind);
  }

  #expression(depth: number): string {
    const roll = this.#random();
    if (depth === 0 || roll < 0.35) return this.#operand();
    if (roll < 0.5) return `!${this.#expression(depth - 1)}`.replace(/^!(.*[|&].*)$/, '!($1)');
    if (roll < 0.75) return `${this.#expression(depth - 1)} && ${this.#expression(depth - 1)}`;
    if (roll < 0.9) return `(${this.#expression(depth - 1)} || ${this.#expression(depth - 1)})`;
    return `${this.#expression(depth - 1)} || ${this.#expression(depth - 1)}`;
  }

  #operand(): string {
    const roll = this.#random();
    if (roll < 0.6) return this.#name();
    if (roll < 0.64) return this.#pick(['y', 'm', 'n']);
    const relation = this.#pick(['=', '!=', '=', '!=', '<', '<=', '>', '>=']);
    const right = this.#pick(['y', 'n', 'm', 'y', 'n', 'm', '10', '0x20', '"text"', this.#name()]);
    return `${this.#name()} ${relation} ${right}`;
  }

  /** A .config for this tree: mostly sensible values, some that are not. */
  config(): string {
    const lines: string[] = [];
    for (const {name, kind} of this.#declared) {
      if (this.#chance(0.4)) continue;
      const value = this.#configValue(kind);
      lines.push(
        value === 'n' && this.#chance(0.7) ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`,
      );
      if (this.#chance(0.02))
        lines.push(
          this.#pick([
            'garbage',
            '',
            '# comment',
            `CONFIG_${name}`,
            `CONFIG_${name}=`,
            'CONFIG_NOT_THERE=y',
            `CONFIG_${name}=y\r`,
            '# CONFIG_X is',
          ]),
        );
    }
    return lines.map((line) => `${line}\n`).join('');
  }

  #configValue(kind: Kind): string {
    switch (kind) {
      case 'bool':
        return this.#pick(['y', 'n', 'y', 'n', 'yes', 'm']);
      case 'tristate':
        return this.#pick(['y', 'm', 'n']);
      case 'string':
        return this.#pick(['"one"', '"text"', '"a\\"b"', '"c\\\\d" tail', 'bare', '"open']);
      default:
        return this.#chance(0.1) ? this.#pick(['010', 'abc', '', '0x', '-5']) : this.#number(kind);
    }
  }
}
