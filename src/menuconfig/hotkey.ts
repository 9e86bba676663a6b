/** The letter that leads to a row (first_alpha of lxdialog/util.c, and its use in menubox.c). */

import type {MenuRow} from './menu-rows.ts';
import type {Row} from './screen.ts';

/** The next row after `cursor`, or from the top, that the letter leads to; of all rows, also where they are out of sight. */
export function nextWithHotkey(rows: readonly MenuRow[], cursor: number, letter: string): number | undefined {
  for (let i = 1; i <= rows.length; i++) {
    const at = (cursor + i) % rows.length;
    if (hotkeyOf(rows[at]!) === letter) return at;
  }
  return undefined;
}

function hotkeyOf({row}: MenuRow): string | undefined {
  const at = placeIn(row);
  return at < 0 ? undefined : textOf(row)[at]!.toLowerCase();
}

/** Where in its prompt a row has that letter; negative if it has none there. */
export function hotkeyPlace(row: Row): number {
  return placeIn(row) - row.marker.length - 1;
}

function textOf({marker, prompt}: Row): string {
  return `${marker} ${prompt}`;
}

/** The first letter that stands in no parentheses and is not one of those that set a value or ask for help. */
function placeIn(row: Row): number {
  let depth = 0;
  const text = textOf(row);
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if ('<[('.includes(character)) depth++;
    else if ('>])'.includes(character) && depth > 0) depth--;
    else if (depth === 0 && /[a-gi-lo-xz]/i.test(character)) return at;
  }
  return -1;
}
