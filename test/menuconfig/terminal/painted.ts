/** What the terminal view paints, as text. */

import {resolve} from 'node:path';
import type {Screen} from '../../../src/menuconfig/screen.ts';
import {linesOf, unicodeGlyphs} from '../../../src/menuconfig/terminal/grid.ts';
import {paint, type Size} from '../../../src/menuconfig/terminal/paint.ts';
import {firstView} from '../../../src/menuconfig/terminal/view.ts';

export const fixtureFolder = resolve(import.meta.dirname, '../../../../fixtures/menuconfig/terminal');

export const sizes: readonly Size[] = [
  {columns: 80, rows: 24},
  {columns: 120, rows: 40},
];

export function painted(screen: Screen, size: Size, view = firstView, glyphs = unicodeGlyphs): string {
  return `${linesOf(paint(screen, size, view, glyphs).grid).join('\n')}\n`;
}
