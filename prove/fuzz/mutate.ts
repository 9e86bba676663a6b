/** Faults in a text: lines and words that go, come twice, change places, or are something else. */

import type {Random} from './random.ts';

const strays = [
  'endif',
  'endmenu',
  'endchoice',
  'if y',
  'menu "Stray"',
  'choice',
  'config',
  'config y',
  'source',
  'source "none"',
  'help',
  '\tdepends on',
  '\tdefault',
  '\tselect y',
  '\trange 1',
  '\tbool "twice"',
  '\toptional',
  '\tmodules',
  '\tvisible if y',
  'comment',
  '$(error-if,y,stop)',
  '$(undefined',
  '$(shell)',
  'x',
  'x =',
  '= y',
  '@',
  '"open',
  '\tprompt "again"',
  'mainmenu "Late"',
  'a := $(a)',
  'b = $(b)',
  '$(b)',
  '\tint',
  '\tstring "s"',
  '\timply n',
  'source "Kconfig"',
] as const;

const characters = [
  '"',
  "'",
  '\\',
  '$',
  '(',
  ')',
  '#',
  '&',
  '|',
  '!',
  '=',
  '<',
  '@',
  '\t',
  ' ',
  '\r',
  '\xff',
  '-',
  ',',
] as const;

const strayWords = [
  'if',
  'y',
  '&&',
  '(',
  ')',
  '!',
  'S0',
  'T0',
  '"s"',
  '10',
  'on',
  '=',
  '$(NAME)',
  'bool',
] as const;

export function mutate(random: Random, text: string): string {
  let lines = text.split('\n');
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(lines.length);
    const line = lines[at]!;
    switch (random.weighted({drop: 3, double: 2, swap: 1, stray: 4, word: 4, character: 3, cut: 0.3})) {
      case 'drop':
        lines.splice(at, 1);
        break;
      case 'double':
        lines.splice(at, 0, line);
        break;
      case 'swap':
        lines[at] = lines.at(at + 1 < lines.length ? at + 1 : 0)!;
        break;
      case 'stray':
        lines.splice(at, 0, random.pick(strays));
        break;
      case 'word':
        lines[at] = mutateWord(random, line);
        break;
      case 'character': {
        const position = random.below(line.length + 1);
        lines[at] =
          line.slice(0, position) + random.pick(characters) + line.slice(position + random.below(2));
        break;
      }
      case 'cut':
        lines = lines.slice(0, at + 1);
        lines[at] = line.slice(0, random.below(line.length + 1));
        break;
    }
    if (lines.length === 0) return '';
  }
  return lines.join('\n');
}

function mutateWord(random: Random, line: string): string {
  const words = line.split(' ');
  const at = random.below(words.length);
  switch (random.weighted({drop: 4, double: 3, other: 4})) {
    case 'drop':
      words.splice(at, 1);
      break;
    case 'double':
      words.splice(at, 0, random.pick(words));
      break;
    case 'other':
      words[at] = random.pick(strayWords);
      break;
  }
  return words.join(' ');
}
