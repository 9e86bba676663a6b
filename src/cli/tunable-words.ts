/** Tunables as people read them: what there is, what machines have, and what came of a change. */

import {expectedOf, shownValue, type Tunable} from '../recipe/tunable.ts';
import type {MachineAnswer, Reading} from '../tunables/index.ts';

/** A tunable, the roles whose machines have it, and what the recipe has them start with. */
export type Listed = {
  readonly tunable: Tunable;
  readonly roles: readonly string[];
  readonly tuned: Readonly<Record<string, string>>;
};

/** Columns as wide as what is in them, with two spaces between; the last as it is. */
function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  return rows.map((row) => `${indent}${line(row).trimEnd()}\n`).join('');
}

/** A range as short as it can be said. */
function valuesText(tunable: Tunable): string {
  const {type, range, values, also} = tunable;
  const more = also.length === 0 ? '' : `, ${also.join(', ')}`;
  if (type === 'enum') return values.join(' ');
  if (type === 'boolean') return 'y n';
  if (range === undefined) return type;
  const [least, most] = range.map((one) => shownValue(tunable, String(one)));
  return range[1] >= 2 ** 62 ? `from ${least}${more}` : `${least}–${most}${more}`;
}

/** One line a tunable, by system. */
export function listWords(listed: readonly Listed[]): string {
  const systems = [...new Set(listed.map(({tunable}) => tunable.system))];
  const head = ['PARAMETER', 'DEFAULT', 'VALUES', 'UNIT', 'TAKES EFFECT', 'ON'];
  const rows = systems.flatMap((system) =>
    listed
      .filter(({tunable}) => tunable.system === system)
      .map(({tunable, roles, tuned}) => [
        tunable.name,
        tunable.default === undefined ? '' : shownValue(tunable, tunable.default),
        valuesText(tunable),
        tunable.unit ?? '',
        tunable.effect,
        roles
          .map((role) =>
            tuned[role] === undefined ? role : `${role} (${shownValue(tunable, tuned[role])} in its image)`,
          )
          .join(', '),
      ]),
  );
  return table([head, ...rows]);
}

/** All there is to say of a tunable. */
export function tunableWords({tunable, roles, tuned}: Listed): string {
  const {name, system, summary, kind, effect, symbol, note, observe} = tunable;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['takes', expectedOf(tunable)],
    ['default', tunable.default === undefined ? undefined : shownValue(tunable, tunable.default)],
    ['effect', effect],
    ['seen', observe === 'nothing' ? 'nothing shows what is in effect' : undefined],
    ['kind', `${kind}, of ${system}`],
    ['needs', symbol === undefined ? undefined : `CONFIG_${symbol}`],
    ['on', roles.join(', ')],
    [
      'in image',
      Object.entries(tuned)
        .map(([role, value]) => `${role}: ${shownValue(tunable, value)}`)
        .join(', ') || undefined,
    ],
    ['note', note],
  ];
  const told = lines.filter((line): line is readonly [string, string] => line[1] !== undefined);
  return `${name}: ${summary}\n${table(told, '  ')}`;
}

/** What machines have: a table each. Where all was asked for, what is as the system had it from the start is left out of none. */
export function answerWords(
  answers: readonly MachineAnswer[],
  catalogue: readonly Tunable[],
  isNamed: boolean,
): string {
  return answers
    .map((answer) => {
      if (answer.readings === undefined)
        return `${titleOf(answer)}: does not answer: ${answer.unreachable}\n`;
      // Among all there is, what a kernel without its symbol has not is no news.
      const shown = answer.readings.filter(
        ({verdict, until}) => isNamed || verdict !== 'missing' || until === undefined,
      );
      const rows = shown.map((reading) => [
        reading.name,
        reading.set === undefined ? '–' : shownIn(catalogue, reading, reading.set),
        seenText(catalogue, reading),
        remark(reading),
      ]);
      return `${titleOf(answer)}\n${table([['PARAMETER', 'SET', 'IN EFFECT', ''], ...rows], '  ')}`;
    })
    .join('\n');
}

function titleOf({machine, role}: MachineAnswer): string {
  return machine === role ? machine : `${role} (${machine})`;
}

function shownIn(catalogue: readonly Tunable[], {name}: Reading, value: string): string {
  const tunable = catalogue.find((one) => one.name === name.split('@')[0]);
  return tunable === undefined ? value : shownValue(tunable, value);
}

/** One value where all instances have it, else each with its own. */
function seenText(catalogue: readonly Tunable[], reading: Reading): string {
  const {seen} = reading;
  if (seen.length === 0) return '?';
  const values = [...new Set(seen.map(({value}) => value))];
  if (values.length === 1) return shownIn(catalogue, reading, values[0]!);
  return seen.map(({instance, value}) => `${instance} ${shownIn(catalogue, reading, value)}`).join(', ');
}

function remark({verdict, until, lasting, reason, seen}: Reading): string {
  const forGood = lasting === undefined ? '' : `for good only with ${lasting}`;
  const also = forGood === '' ? '' : `; ${forGood}`;
  switch (verdict) {
    case 'in effect':
      return forGood;
    case 'pending':
      return `${until === undefined ? 'the system keeps another value' : `not in effect until ${until}`}${also}`;
    case 'not observed': {
      if (seen.length > 0) return `the system chooses${also}`;
      return `nothing shows what is in effect${until === undefined ? '' : `; sure after ${until}`}${also}`;
    }
    case 'refused':
      return `refused: ${reason}`;
    case 'missing':
      return `not there${until === undefined ? '' : `; it takes ${until}`}`;
    case 'elsewhere':
      return 'a matter of other machines';
  }
}

/** What came of a change, a line for each machine and parameter: whether it is set, and whether it took effect. */
export function settingWords(answers: readonly MachineAnswer[], catalogue: readonly Tunable[]): string {
  return answers
    .map((answer) => {
      if (answer.readings === undefined)
        return `${titleOf(answer)}: does not answer: ${answer.unreachable}\n`;
      const rows = answer.readings.map((reading) => [
        `${reading.name} = ${shownIn(catalogue, reading, reading.wanted ?? '')}`,
        reading.verdict === 'refused' || reading.verdict === 'missing' ? 'not set' : 'set',
        outcome(catalogue, reading),
      ]);
      return `${titleOf(answer)}\n${table(rows, '  ')}`;
    })
    .join('\n');
}

function outcome(catalogue: readonly Tunable[], reading: Reading): string {
  const {verdict, until, lasting, seen, wanted} = reading;
  const forGood = lasting === undefined ? '' : `; for good only with ${lasting}`;
  switch (verdict) {
    case 'in effect': {
      const own = seen.filter(({value}) => value !== wanted).map(({instance}) => instance);
      return `took effect${own.length === 0 ? '' : `; not for ${own.join(', ')}, with a value of its own`}${forGood}`;
    }
    case 'pending': {
      const keeps = seenText(catalogue, reading);
      return `${until === undefined ? `not in effect: the system keeps ${keeps}` : `not in effect (${keeps}) until ${until}`}${forGood}`;
    }
    default:
      return remark(reading);
  }
}
