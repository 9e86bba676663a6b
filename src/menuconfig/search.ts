/** The symbols that a query is about. Stands in for the search proper: part of the symbol's name only. */

import type {ConfigSymbol, KconfigModel, MenuNode, Session} from '../kconfig/index.ts';
import {promptOf} from './menu-rows.ts';
import type {Hit, SearchScope} from './screen.ts';

export type Found = {
  readonly hits: readonly Hit[];
  readonly symbols: readonly ConfigSymbol[];
  readonly error?: string;
};

export class SymbolSearch {
  readonly #symbols: readonly ConfigSymbol[];

  constructor(model: KconfigModel) {
    this.#symbols = [...model.symbols.values()].filter(
      ({nodes, type}) => nodes.length > 0 && type !== 'unknown',
    );
  }

  find(session: Session, query: string, _scope: SearchScope): Found {
    const part = query.toUpperCase().replace(/^CONFIG_/, '');
    const symbols = query === '' ? [] : this.#symbols.filter(({name}) => name?.includes(part));
    const hits = symbols.map((symbol): Hit => {
      const node = symbol.nodes.find(({prompt}) => prompt);
      return {
        symbol: symbol.displayName,
        type: symbol.type,
        value: session.value(symbol),
        ...(node && {prompt: promptOf(node)}),
        matched: 'symbol',
      };
    });
    return {hits, symbols};
  }
}

export function placesOf(
  _session: Session,
  symbol: ConfigSymbol,
): {readonly details: readonly string[]; readonly places: readonly MenuNode[]} {
  const places = symbol.nodes.filter(({prompt}) => prompt);
  return {details: places.map((node, i) => `(${i + 1}) ${promptOf(node)}`), places};
}
