/** Text in a picture whose font is not known: how wide it may become, and where it is broken into lines. */

/** What a line of text is set in. */
export type Lettering = {readonly size: number; readonly bold?: boolean};

/**
 * Hundredths of the font's size that each character from space to `~` takes in DejaVu Sans, which is as wide as
 * Verdana: no common sans serif is wider, so that what fits by these fits where the picture is looked at.
 */
const advances = (
  '32 41 46 84 64 96 78 28 40 40 50 84 32 37 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 54 ' +
  '100 69 69 70 78 64 58 78 76 30 30 66 56 87 75 79 61 79 70 64 62 74 69 99 69 62 69 40 34 40 84 50 ' +
  '50 62 64 55 64 62 36 64 64 28 28 58 28 98 64 62 64 64 42 53 40 64 60 82 60 60 53 64 34 64 84'
)
  .split(' ')
  .map(Number);

/** An emoji is the widest there is; all beyond ASCII count as much. */
const otherAdvance = 130;
/** `i` and `l` grow most. */
const boldFactor = 1.25;

/** The most that a text may take, in the units of its size. */
export function widthOf(text: string, {size, bold}: Lettering): number {
  const hundredths = Array.from(text).reduce((sum, character) => sum + advanceOf(character), 0);
  return (hundredths * size * (bold ? boldFactor : 1)) / 100;
}

function advanceOf(character: string): number {
  return advances[character.codePointAt(0)! - 32] ?? otherAdvance;
}

/** The text in lines of at most `width`: between words, and inside of one that is longer than a line. */
export function wrap(text: string, lettering: Lettering, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer, lettering) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = broken(word, lettering, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return line === '' ? lines : [...lines, line];
}

/** A word in pieces that fit, each of at least one character. */
function broken(word: string, lettering: Lettering, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && widthOf(piece + character, lettering) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** As XML 1.0 §2.2 and §2.4 allow it in content and attributes; characters that no XML can hold become U+FFFD. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
