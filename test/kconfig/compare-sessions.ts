/** Random steps in two sessions: one calculates what reads a change, the other everything. */

import {type ConfigSymbol, type KconfigModel, loadConfig, Session} from '../../src/kconfig/index.ts';
import {randomSource} from './random-kconfig.ts';

/** Does the same steps in a session that calculates what changed and in one that calculates everything. */
export function compareRandomly(made: KconfigModel, seed: number, steps: number, config?: string): void {
  const start = loadConfig(made, config);
  const sessions = [new Session(start), new Session(start, {calculateAll: true})] as const;
  const random = randomSource(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const symbols = made.allSymbols.filter(({nodes}) => nodes.length > 0);
  for (let i = 0; i < steps; i++) {
    const symbol = pick(symbols);
    const value = pick(valuesFor(symbol));
    const kind = pick(['set', 'set', 'set', 'set', 'set', 'set', 'set', 'unset', 'undo', 'read'] as const);
    const what = `seed ${seed} step ${i}: ${kind} ${symbol.displayName} ${value}`;
    const [quick, full] = sessions.map((session) => {
      switch (kind) {
        case 'set':
          return shownResult(session.set(symbol, value));
        case 'unset':
          return shownChanges(session.unset(symbol));
        case 'undo':
          return shownChanges(session.undo() ?? []);
        default:
          return shownChanges(session.read(config ?? '').changes);
      }
    });
    if (quick !== full) throw new Error(`${what}: ${quick} instead of ${full}`);
    requireSame(made, sessions, what);
  }
}

export function valuesFor({type}: ConfigSymbol): readonly string[] {
  if (type === 'bool' || type === 'tristate') return ['y', 'm', 'n'];
  return type === 'string' ? ['', 'text', 'x'] : ['0', '1', '5', '100', '0x20', '-3', 'no'];
}

function shownChanges(changes: ReturnType<Session['unset']>): string {
  return JSON.stringify(changes.map(({symbol, before, after}) => [symbol.index, before, after]));
}

function shownResult(result: ReturnType<Session['set']>): string {
  return result.accepted ? result.value + shownChanges(result.changes) : result.reason.message;
}

/** Everything both know of every symbol and prompt, the text and the warnings. */
function requireSame(made: KconfigModel, sessions: readonly [Session, Session], what: string): void {
  const [quick, full] = [sessions[0].evaluation(), sessions[1].evaluation()];
  for (const symbol of made.hashOrder) {
    const same = quick.isAsSaved(symbol, full.save(symbol));
    if (!same) throw new Error(`${what}: the states of ${symbol.displayName} differ`);
  }
  if (sessions[0].write() !== sessions[1].write()) throw new Error(`${what}: the texts differ`);
  const [some, all] = sessions.map(({warnings}) => warnings.map(({message}) => message).join('\n'));
  if (some !== all) throw new Error(`${what}: the warnings differ`);
}
