import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {Screen} from '../../../src/menuconfig/screen.ts';
import {asciiGlyphs, linesOf, unicodeGlyphs} from '../../../src/menuconfig/terminal/grid.ts';
import {type Picture, paint} from '../../../src/menuconfig/terminal/paint.ts';
import {firstView, type View} from '../../../src/menuconfig/terminal/view.ts';
import {fixtureFolder, painted, sizes} from './painted.ts';
import {badSearch, choice, help, menu, quitDialog, row, screen, screens, search, typing} from './screens.ts';

const small = {columns: 80, rows: 24};

function picture(shown: Screen, view: View = firstView, size = small): Picture {
  return paint(shown, size, view, unicodeGlyphs);
}

function lines(shown: Screen, size = small): readonly string[] {
  return linesOf(paint(shown, size, firstView, unicodeGlyphs).grid);
}

for (const [name, shown] of Object.entries(screens)) {
  for (const size of sizes) {
    const label = `${size.columns}x${size.rows}`;
    test(`${name} is painted at ${label} as its fixture has it`, (t) => {
      t.is(painted(shown, size), readFileSync(join(fixtureFolder, `${name}-${label}.txt`), 'utf8'));
    });
  }
}

test('every screen fills its size and no more, from one cell to a wall of them', (t) => {
  for (const shown of Object.values(screens)) {
    for (const [columns, rows] of [
      [0, 0],
      [1, 1],
      [79, 24],
      [80, 23],
      [81, 25],
      [200, 60],
      [400, 25],
    ] as const) {
      const {grid, caret} = paint(shown, {columns, rows}, firstView, unicodeGlyphs);
      t.is(grid.texts.length, columns * rows);
      t.is(grid.looks.length, columns * rows);
      if (caret) t.true(caret.row < rows && caret.column < columns);
    }
  }
});

test('a terminal that is too small is told what it needs, in one line, and gets its screen when it grows', (t) => {
  const tiny = linesOf(picture(menu, firstView, {columns: 60, rows: 10}).grid);
  t.is(tiny[0], 'menuconfig needs 80x24, this is 60x10; Ctrl-C leaves');
  t.true(tiny.slice(1).every((line) => line === ''));
  t.is(linesOf(picture(menu, firstView, {columns: 20, rows: 2}).grid)[0], 'needs 80x24');
  t.true(picture(menu, firstView, {columns: 79, rows: 24}).isTooSmall);
  t.false(picture(menu).isTooSmall);
});

test('nothing raw reaches the cells', (t) => {
  const evil = '\u001b]0;x\u0007\u202e\u009b\ud800\n';
  const shown: readonly Screen[] = [
    screen(
      {
        kind: 'menu',
        title: evil,
        rows: [
          row(evil, {marker: `(${evil})`, symbol: evil, chosen: evil, goal: {value: evil, isMet: false}}),
        ],
        cursor: 0,
        buttons: [evil],
        button: 0,
      },
      {title: evil, path: [evil], message: {severity: 'said', text: evil}},
    ),
    screen({kind: 'text', title: evil, lines: [evil]}),
    {
      ...menu,
      dialog: {
        title: evil,
        lines: [evil],
        typing: {text: evil, caret: 3, error: evil},
        buttons: [evil],
        button: 0,
      },
    },
    screen({
      kind: 'changes',
      title: evil,
      purpose: 'proposal',
      rows: [{symbol: evil, prompt: evil, before: evil, after: evil, cause: 'asked'}],
      cursor: 0,
    }),
  ];
  for (const one of shown) {
    t.notRegex(picture(one).grid.texts.join(''), /[\p{Cc}\p{Cs}\u202e]/u);
  }
});

test('without Unicode every cell is ASCII, and columns stay where they are', (t) => {
  for (const shown of Object.values(screens)) {
    const {grid} = paint(shown, small, firstView, asciiGlyphs);
    t.regex(grid.texts.join(''), /^[ -~]*$/);
  }
  const text = linesOf(paint(choice, small, firstView, asciiGlyphs).grid).join('\n');
  t.true(text.includes('( ) Zstandard ???? ?? ?'));
});

test('right sides of boxes stand in one column, also beside wide characters', (t) => {
  const {grid} = picture(choice);
  for (let line = 3; line < 20; line += 1) t.regex(grid.texts[line * 80 + 79]!, /[│┤]/);
});

test('the row under the cursor, hotkeys and the chosen button stand out', (t) => {
  const {grid} = picture(menu);
  const looks = (line: number): readonly string[] => grid.looks.slice(line * 80, line * 80 + 80);
  const at = lines(menu).findIndex((line) => line.includes('System V IPC'));
  t.true(
    looks(at)
      .slice(2, 78)
      .every((look) => look.startsWith('cursor')),
  );
  t.is(grid.texts[at * 80 + looks(at).indexOf('cursor-hotkey')], 'S');
  // As mconf's first_alpha: y, n, m and h are commands.
  const hostname = lines(menu).findIndex((line) => line.includes('Default hostname'));
  t.is(grid.texts[hostname * 80 + looks(hostname).indexOf('hotkey')], 'D');
  const namespaces = picture(
    screen({
      ...(menu.panel as {kind: 'menu'} & typeof menu.panel),
      rows: [row('x'), row('Namespaces')],
    } as never),
  );
  t.is(namespaces.grid.texts[8 * 80 + namespaces.grid.looks.slice(640, 720).indexOf('hotkey')], 'a');
});

test('a list keeps its place while the cursor is in it, and moves no more than the cursor needs', (t) => {
  const rows = Array.from({length: 50}, (_, index) => row(`row ${index}`));
  const at = (cursor: number, view: View): View =>
    picture(screen({kind: 'menu', title: 'Menu', rows, cursor, buttons: [], button: 0}), view).view;
  let view = at(0, firstView);
  const tops: number[] = [];
  for (const cursor of [0, 11, 12, 13, 5, 1, 49, 0]) {
    view = at(cursor, view);
    tops.push(view.top);
  }
  t.deepEqual(tops, [0, 0, 1, 2, 2, 1, 38, 0]);
});

test('a menu that was left is found again as it was', (t) => {
  const rows = Array.from({length: 50}, (_, index) => row(`row ${index}`));
  const outer = screen({kind: 'menu', title: 'Outer', rows, cursor: 20, buttons: [], button: 0});
  const inner = screen(
    {kind: 'menu', title: 'Inner', rows, cursor: 0, buttons: [], button: 0},
    {path: ['a', 'b']},
  );
  const first = picture(outer).view;
  t.is(first.top, 14);
  const back = picture(
    outer,
    picture(inner, picture({...outer, panel: {...outer.panel, cursor: 25} as never}, first).view).view,
  );
  t.is(back.view.top, 14);
});

test('a text begins at its top, stops at its end, and begins anew when it is shown again', (t) => {
  const first = picture(help);
  t.is(first.view.top, 0);
  t.is(first.scrolls?.what, 'text');
  const end = picture(help, {...first.view, top: 1000});
  t.is(end.view.top, first.scrolls!.last);
  t.true(linesOf(end.grid).some((line) => line.includes('line 24')));
  t.is(picture(help, picture(menu, end.view).view).view.top, 0);
});

test('the caret is shown where something is typed, and nowhere else', (t) => {
  t.is(picture(menu).caret, undefined);
  t.is(picture(quitDialog).caret, undefined);
  t.deepEqual(picture(search).caret, {row: 3, column: 14});
  t.deepEqual(picture(typing).caret, {row: 16, column: 7});
  t.is(picture({...search, panel: {...search.panel, focus: 'hits'} as never}).caret, undefined);
});

test('of a long line that is typed the part around the caret is seen', (t) => {
  const text = `${'圧'.repeat(60)}end`;
  const dialog = {title: 'Save', lines: [], typing: {text, caret: text.length}, buttons: [], button: 0};
  const {grid, caret} = picture({...menu, dialog});
  const line = grid.texts.slice(caret!.row * 80, caret!.row * 80 + 80).join('');
  t.true(line.includes('圧end'));
  t.is(grid.texts[caret!.row * 80 + caret!.column - 1], 'd');
  const start = picture({...menu, dialog: {...dialog, typing: {text, caret: 0}}});
  t.is(start.grid.texts[start.caret!.row * 80 + start.caret!.column], '圧');
});

test('a click moves to a row, opens it by its arrow or when it is there already, and presses a button', (t) => {
  const {targets} = picture(menu);
  const at = (text: string, column = 10): unknown => {
    const line = lines(menu).findIndex((one) => one.includes(text));
    return targets.find(
      (one) => one.row === line && column >= one.column && column < one.column + one.columns,
    )?.key;
  };
  t.deepEqual(at('IRQ subsystem'), {kind: 'row', index: 7, opens: false});
  const arrow = lines(menu)
    .find((line) => line.includes('IRQ'))!
    .indexOf('--->');
  t.deepEqual(at('IRQ subsystem', arrow), {kind: 'row', index: 7, opens: true});
  t.deepEqual(at('System V IPC'), {kind: 'row', index: 4, opens: true});
  const help_ = lines(menu)
    .find((line) => line.includes('< Help >'))!
    .indexOf('Help');
  t.deepEqual(at('< Help >', help_), {kind: 'button', index: 2});
  t.is(at('Arrows move'), undefined);
  t.is(picture(quitDialog).targets.length, 4);
});

test('what is wrong with what is typed is said', (t) => {
  t.true(lines(typing).includes(' 99 is not between 12 and 25.'));
  t.true(lines(badSearch).some((line) => line.includes('Unterminated group')));
});

test('an empty menu says so', (t) => {
  const empty = screen({kind: 'menu', title: 'Empty', rows: [], cursor: 0, buttons: ['Select'], button: 0});
  t.true(lines(empty).some((line) => line.includes('There is nothing to set here.')));
});
