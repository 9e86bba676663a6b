import test from 'ava';
import type {Screen} from '../../../src/menuconfig/screen.ts';
import {monochrome, type Palette, paletteFor} from '../../../src/menuconfig/terminal/colours.ts';
import {frame, frameEnd, frameStart} from '../../../src/menuconfig/terminal/difference.ts';
import {asciiGlyphs, unicodeGlyphs} from '../../../src/menuconfig/terminal/grid.ts';
import {type Picture, paint} from '../../../src/menuconfig/terminal/paint.ts';
import {firstView, type View} from '../../../src/menuconfig/terminal/view.ts';
import {Emulator, seen} from './emulator.ts';
import {choice, help, menu, menuBelow, row, screen, screens, typing} from './screens.ts';

const small = {columns: 80, rows: 24};
const dark = paletteFor({}, 'dark');

function picture(shown: Screen, view: View = firstView, size = small): Picture {
  return paint(shown, size, view, unicodeGlyphs);
}

const codes = {bold: 'a1', dim: 'a2', underline: 'a4', reverse: 'a7'} as const;

/** What the emulator's styles have to be. */
function stylesOf({grid}: Picture, palette: Palette): readonly string[] {
  return grid.texts.map((text, cell) => {
    const {attributes, foreground, background} = palette[grid.looks[cell]!];
    const all = [
      ...attributes.map((name) => codes[name]),
      ...(foreground === undefined ? [] : [`f${foreground}`]),
      ...(background === undefined ? [] : [`b${background}`]),
    ];
    return seen(text, all.toSorted().join(' '));
  });
}

const palettes: Readonly<Record<string, Palette>> = {
  dark,
  light: paletteFor({}, 'light'),
  unknown: paletteFor({}, 'unknown'),
  monochrome,
};

for (const [name, palette] of Object.entries(palettes)) {
  test(`from one screen to another, a terminal shows what was painted (${name})`, (t) => {
    const pictures = [
      ...Object.values(screens).map((shown) => picture(shown)),
      ...[1, 3, 9].map((top) => picture(help, {...picture(help).view, top})),
      ...[5, 6, 12, 16].map((cursor) => picture({...menu, panel: {...menu.panel, cursor} as never})),
    ];
    const emulator = new Emulator(80, 24);
    let before: Picture | undefined;
    // A walk that meets most pairs; what one frame leaves wrong is seen in the frames after it.
    for (let step = 0; step < 8 * pictures.length; step += 1) {
      const after = pictures[(step * (1 + (step >> 4))) % pictures.length]!;
      emulator.write(frame(before, after, palette));
      t.is(emulator.texts().join('|'), after.grid.texts.join('|'));
      t.is(emulator.styles().join('|'), stylesOf(after, palette).join('|'));
      t.is(emulator.isCaretShown, after.caret !== undefined);
      if (after.caret) t.deepEqual({row: emulator.row, column: emulator.column}, after.caret);
      before = after;
    }
  });
}

test('a frame is between the marks of a synchronised update, and its end is sent even if nothing changed', (t) => {
  const shown = picture(menu);
  const whole = frame(undefined, shown, dark);
  t.true(whole.startsWith(frameStart) && whole.endsWith(frameEnd));
  t.is(frame(shown, picture(menu), dark), frameEnd);
});

test('moving the cursor by one row sends those two rows alone', (t) => {
  const rows = Array.from({length: 12}, (_, index) => row(`Prompt of the row number ${index}`));
  const at = (cursor: number): Picture =>
    picture(screen({kind: 'menu', title: 'Menu', rows, cursor, buttons: ['Select'], button: 0}));
  const bytes = frame(at(3), at(4), dark);
  t.true(bytes.length < 330, `${bytes.length} bytes`);
  t.false(bytes.includes('number 5'));
});

test('a list that scrolls is moved by the terminal, and only what is new is sent', (t) => {
  const rows = Array.from({length: 100}, (_, index) =>
    row(`Prompt of the row number ${index} of some length`),
  );
  const at = (cursor: number, view: View): Picture =>
    picture(screen({kind: 'menu', title: 'Menu', rows, cursor, buttons: ['Select'], button: 0}), view);
  const before = at(40, firstView);
  const end = at(before.view.top + before.page - 1, before.view);
  const after = at(before.view.top + before.page, end.view);
  const bytes = frame(end, after, dark);
  t.true(bytes.length < 500, `${bytes.length} bytes`);
  const up = frame(after, at(after.view.top - 1, after.view), dark);
  t.true(up.length < 600, `${up.length} bytes`);
});

test('a character whose width terminals do not agree on leaves nothing where it is not', (t) => {
  const bytes = frame(picture(menu), picture(choice), dark);
  // Whatever comes after it is placed by its column.
  t.true(bytes.includes('😀\x1b['));
});

test('a mono palette uses attributes alone', (t) => {
  for (const shown of [menu, menuBelow, typing]) {
    t.notRegex(frame(undefined, picture(shown), monochrome), /\[(?:\d+;)*[349]\d[;m]/);
  }
});

test('an ASCII frame has no other bytes', (t) => {
  const bytes = frame(undefined, paint(choice, small, firstView, asciiGlyphs), dark);
  t.regex(bytes.replaceAll('\x1b', ''), /^[ -~]*$/);
});
