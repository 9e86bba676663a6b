/** The letter that leads to a row (first_alpha of lxdialog/util.c, and its use in menubox.c). */

import type {MenuRow} from './menu-rows.ts';

/** The next row after `cursor`, or from the top, that the letter leads to; of all rows, also where they are out of sight. */
export function nextWithHotkey(rows: readonly MenuRow[], cursor: number, letter: string): number | undefined {
  for (let i = 1; i <= rows.length; i++) {
    const at = (cursor + i) % rows.length;
    if (hotkeyOf(rows[at]!) === letter) return at;
  }
  return undefined;
}

/** The first letter that stands in no parentheses and is not one of those that set a value or ask for help. */
function hotkeyOf({row}: MenuRow): string | undefined {
  let depth = 0;
  for (const character of `${row.marker} ${row.prompt}`.toLowerCase()) {
    if ('<[('.includes(character)) depth++;
    else if ('>])'.includes(character) && depth > 0) depth--;
    else if (depth === 0 && /[a-gi-lo-xz]/.test(character)) return character;
  }
  return undefined;
}
