/** How many columns of a terminal a text takes, and texts cut and broken by that. */

/** What is drawn as one: a character with all that combines with it, in one or two columns. */
export type Cluster = {readonly text: string; readonly width: number};

/** What most texts and all lines are made of. To find clusters takes tables that are slow to load, not wanted at the start. */
const plain = /^[ -~\u2022\u2026\u2190-\u2193\u2500-\u257f]*$/;

/**
 * East Asian Wide and Fullwidth as in Markus Kuhn's wcwidth, with what later versions of Unicode made wide, and emoji.
 * What a terminal draws otherwise stays where it is: whatever follows such a character is placed by its column.
 */
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18fff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;

/** Must not reach a terminal as it is: it would command it, turn the line around, or not be seen. */
const unseen = /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

const combining = /^[\p{M}\u1160-\u11ff]/u;

/** More than any script needs; a name made of marks alone would otherwise be one cell of any size. */
const mostMarks = 8;

let segmenter: Intl.Segmenter | undefined;

/** Whether each character is a cell of its own. */
export function isPlain(text: string): boolean {
  return plain.test(text);
}

/** The clusters of a text; control characters as `^[`, others that cannot be seen as `<U+202E>`. */
export function clusters(text: string): readonly Cluster[] {
  if (plain.test(text)) return Array.from(text, (character) => ({text: character, width: 1}));
  segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
  return Array.from(segmenter.segment(text)).flatMap(({segment}) => visible(segment));
}

function visible(segment: string): readonly Cluster[] {
  if (unseen.test(segment)) return Array.from(segment).flatMap(named);
  if (combining.test(segment)) return [{text: `\u25cc${marked(segment)}`, width: 1}];
  return [{text: marked(segment), width: wide.test(segment) ? 2 : 1}];
}

function named(character: string): readonly Cluster[] {
  if (!unseen.test(character)) return visible(character);
  const code = character.codePointAt(0)!;
  if (code < 0x20 || code === 0x7f) return clusters(`^${String.fromCharCode(code ^ 0x40)}`);
  return clusters(`<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`);
}

/** A joiner inside a cluster is how some emoji are made; nothing else that is unseen belongs there. */
function marked(segment: string): string {
  return Array.from(segment)
    .slice(0, mostMarks)
    .filter((character) => character === '\u200d' || !unseen.test(character))
    .join('');
}

export function width(text: string): number {
  return plain.test(text) ? text.length : widthOf(clusters(text));
}

function widthOf(parts: readonly Cluster[]): number {
  return parts.reduce((sum, part) => sum + part.width, 0);
}

/** The text if it fits into so many columns, otherwise its beginning and `ellipsis`. */
export function cut(text: string, columns: number, ellipsis: string): string {
  if (width(text) <= columns) return text;
  return columns < 1 ? '' : beginning(clusters(text), columns - 1) + ellipsis;
}

/** The text if it fits into so many columns, otherwise `ellipsis` and its end. */
export function cutStart(text: string, columns: number, ellipsis: string): string {
  if (width(text) <= columns) return text;
  if (columns < 1) return '';
  const parts = clusters(text);
  let from = parts.length;
  for (let left = columns - 1; from > 0 && parts[from - 1]!.width <= left; from -= 1) {
    left -= parts[from - 1]!.width;
  }
  return ellipsis + joined(parts.slice(from));
}

function beginning(parts: readonly Cluster[], columns: number): string {
  let to = 0;
  for (let left = columns; to < parts.length && parts[to]!.width <= left; to += 1) left -= parts[to]!.width;
  return joined(parts.slice(0, to));
}

function joined(parts: readonly Cluster[]): string {
  return parts.map(({text}) => text).join('');
}

/** What a line begins with that the lines after it go on behind: indentation, a dash, a number. */
const opening = /^ *(?:(?:[-*+o]|\d+[.)]|\(\d+\)) +)?/;

/** `Depends on: `, behind which there is too little room. */
const label = /^ *[A-Z][\w ]{0,15}: /;

function hanging(text: string, columns: number): string {
  const behind = opening.exec(text)![0].length + (label.test(text) ? 2 : 0);
  return ' '.repeat(Math.min(behind, columns >> 1));
}

/** A line broken at spaces into lines of so many columns, later ones indented as the first; tabs become spaces. */
export function wrap(line: string, columns: number): readonly string[] {
  const text = untabbed(line).trimEnd();
  if (width(text) <= columns) return [text];
  const indent = hanging(text, columns);
  const lines: string[] = [];
  let current = /^ */.exec(text)![0].slice(0, columns >> 1);
  let isEmpty = true;
  for (const word of text.trimStart().split(/(?<=\S)(?= )/)) {
    let rest = isEmpty ? word.trimStart() : word;
    if (!isEmpty && width(current) + width(rest) > columns) {
      lines.push(current);
      current = indent;
      rest = rest.trimStart();
    }
    // A word that is longer than a line, such as a list without spaces, is broken where the line ends.
    while (width(current) + width(rest) > columns) {
      const head = beginning(clusters(rest), columns - width(current));
      lines.push(current + head);
      rest = joined(clusters(rest)).slice(head.length);
      current = indent;
    }
    current += rest;
    isEmpty = false;
  }
  return [...lines, current];
}

function untabbed(line: string): string {
  if (!line.includes('\t')) return line;
  return line
    .split('\t')
    .reduce((before, part) => before.padEnd(before.length - (before.length % 8) + 8) + part);
}
