/** Random .config texts for a tree: mostly sensible lines, some that are not. */

import type {Random} from './random.ts';
import type {Declared} from './tree.ts';
import {configValue} from './words.ts';

export function randomConfig(random: Random, declared: readonly Declared[]): string {
  const lines: string[] = [];
  const given = random.pick([0.2, 0.6, 0.6, 0.9, 1]);
  const symbols = random.chance(0.1) ? [...declared].reverse() : declared;
  for (const symbol of symbols) {
    if (random.chance(given)) lines.push(assignment(random, symbol));
    if (random.chance(0.02)) lines.push(oddLine(random, symbol));
  }
  const text = lines.map((line) => `${line}\n`).join('');
  return random.chance(0.03) ? text.slice(0, -1) : random.chance(0.02) ? text.replaceAll('\n', '\r\n') : text;
}

function assignment(random: Random, {name, kind}: Declared): string {
  const value = configValue(random, kind);
  return value === 'n' && random.chance(0.7) ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`;
}

function oddLine(random: Random, symbol: Declared): string {
  const {name} = symbol;
  return random.pick([
    'garbage',
    '',
    '   ',
    '# comment',
    '#',
    '# ',
    '\t# indented',
    `CONFIG_${name}`,
    `CONFIG_${name}=`,
    `CONFIG_${name}=y\r`,
    `CONFIG_${name}=n`,
    `CONFIG_${name} =y`,
    ` CONFIG_${name}=y`,
    `config_${name}=y`,
    'CONFIG_NOT_THERE=y',
    '# CONFIG_NOT_THERE is not set',
    `# CONFIG_${name} is`,
    `# CONFIG_${name} is not set either`,
    `# CONFIG_${name}  is not set`,
    `#CONFIG_${name} is not set`,
    `# CONFIG_${name} is not set\r`,
    'CONFIG_=y',
    'CONFIG_',
    'CONFIG',
    '=y',
    '\r',
    'CONFIG_UNDECLARED="text"',
    'a\rb',
    assignment(random, symbol),
    assignment(random, symbol),
  ]);
}
