/** A number or a text while it is typed in place of a row's value. */

import type {ConfigSymbol, Session} from '../kconfig/index.ts';
import {bytesOf, readable} from './bytes.ts';
import type {Key} from './key.ts';
import type {Typing} from './screen.ts';
import {edited, type Line, lineOf} from './typing.ts';

const kinds: Readonly<Record<string, string>> = {int: 'a decimal number', hex: 'a hexadecimal number'};

export class ValueTyping {
  readonly symbol: ConfigSymbol;
  readonly #session: Session;
  #line: Line;

  constructor(session: Session, symbol: ConfigSymbol) {
    this.symbol = symbol;
    this.#session = session;
    this.#line = lineOf(readable(session.value(symbol)));
  }

  get text(): string {
    return this.#line.text;
  }

  press(key: Key): void {
    this.#line = edited(this.#line, key) ?? this.#line;
  }

  isValid(): boolean {
    return this.#session.accepts(this.symbol, bytesOf(this.text));
  }

  error(): string | undefined {
    return this.isValid() ? undefined : `it has to be ${this.#wanted()}`;
  }

  typing(): Typing & {readonly hint: string} {
    const error = this.error();
    return {...this.#line, ...(error !== undefined && {error}), hint: this.#wanted()};
  }

  #wanted(): string {
    const kind = kinds[this.symbol.type] ?? 'a text';
    const range = this.#session.range(this.symbol);
    return range ? `${kind} between ${range.low} and ${range.high}` : kind;
  }
}
