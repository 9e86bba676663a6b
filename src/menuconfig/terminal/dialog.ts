/** A question laid over a panel. */

import type {Dialog} from '../screen.ts';
import type {Canvas} from './grid.ts';
import {leastWidth, writeButtons, writeField} from './pieces.ts';
import type {Painted, Target} from './view.ts';
import {width, wrap} from './width.ts';

const narrowest = 44;
const widest = 100;

export function paintDialog(
  canvas: Canvas,
  dialog: Dialog,
): {targets: readonly Target[]; caret?: NonNullable<Painted['caret']>} {
  const longest = Math.max(
    ...dialog.lines.map(width),
    width(dialog.title),
    leastWidth(dialog.buttons),
    dialog.typing ? 60 : 0,
  );
  const columns = Math.min(Math.max(longest + 6, narrowest), widest, canvas.columns - 8);
  const room = canvas.rows - 10;
  const all = dialog.lines.flatMap((line) => wrap(line, columns - 6));
  const lines = all.length > room ? [...all.slice(0, room - 1), canvas.glyphs.ellipsis] : all;
  const rows = lines.length + (dialog.typing ? 3 : 1) + 4;
  const box = {row: (canvas.rows - rows) >> 1, column: (canvas.columns - columns) >> 1, columns, rows};
  canvas.box(box, dialog.title);
  const end = box.column + columns - 2;
  const column = box.column + 3;
  for (const [index, line] of lines.entries()) canvas.write(box.row + 1 + index, column, line, 'text', end);
  const field = {row: box.row + 2 + lines.length, column, columns: columns - 6};
  const caret = dialog.typing && writeField(canvas, field, dialog.typing);
  if (dialog.typing?.error !== undefined) {
    canvas.write(field.row + 1, column, dialog.typing.error, 'warning', end);
  }
  canvas.divide(box, box.row + rows - 3);
  const targets = writeButtons(canvas, {row: box.row + rows - 2, column, columns: columns - 6}, dialog);
  return {targets, ...(caret ? {caret} : {})};
}
