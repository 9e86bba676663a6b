/**
 * `npm run menuconfig-pictures -- --tree DIR`: draws menuconfig over a kernel tree's x86_64_defconfig into docs/pictures, as the README
 * shows it: two screens of the terminal view, cell by cell as it paints them (SVG), and the page in a Chromium (PNG).
 */

import {mkdir, readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {replaceFile} from '../src/base/replace-file.ts';
import {defconfig, type KconfigModel, loadConfig, Session} from '../src/kconfig/index.ts';
import type {Key} from '../src/menuconfig/key.ts';
import {Menuconfig} from '../src/menuconfig/menuconfig.ts';
import {type Palette, paletteFor, type Style} from '../src/menuconfig/terminal/colours.ts';
import {type Grid, type Look, unicodeGlyphs} from '../src/menuconfig/terminal/grid.ts';
import {paint} from '../src/menuconfig/terminal/paint.ts';
import {firstView} from '../src/menuconfig/terminal/view.ts';
import {serveWeb} from '../src/menuconfig/web/server.ts';
import {Browser} from '../test/menuconfig/web/chromium.ts';
import {readKernelTree} from './oracle/kernel-tree.ts';

const size = {columns: 100, rows: 30};
/** Pixels. */
const cell = {width: 8.4, height: 17};
const page = {width: 1000, height: 620};

/** xterm's colours, those that the palette of a dark background has. */
const paper = '#16181d';
const colours: Readonly<Record<number, string>> = {
  31: '#e06c75',
  32: '#98c379',
  33: '#e5c07b',
  34: '#61afef',
  35: '#c678dd',
  36: '#56b6c2',
  91: '#ff7b86',
  97: '#ffffff',
  44: '#1f4fa8',
};
const ink = '#d7dae0';

/** Of spaces beside one another, viewers of SVG keep one, but of those that break no line all. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(' ', '\u00a0');
}

/** Cells beside one another that look alike. */
type Run = {readonly column: number; readonly columns: number; readonly text: string; readonly look: Look};

function runsOf({columns, texts, looks}: Grid, row: number): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < columns; column++) {
    const at = row * columns + column;
    const look = looks[at]!;
    const last = runs.at(-1);
    if (last?.look === look)
      runs[runs.length - 1] = {...last, columns: last.columns + 1, text: last.text + texts[at]!};
    else runs.push({column, columns: 1, text: texts[at]!, look});
  }
  return runs;
}

function drawn({column, columns, text}: Run, row: number, style: Style): string {
  const [x, y] = [(column * cell.width).toFixed(1), row * cell.height];
  const width = (columns * cell.width).toFixed(1);
  const background =
    style.background === undefined
      ? ''
      : `<rect x="${x}" y="${y}" width="${width}" height="${cell.height}" fill="${colours[style.background]}"/>`;
  if (text.trim() === '') return background;
  const fill = style.foreground === undefined ? ink : colours[style.foreground];
  const weight = style.attributes.includes('bold') ? ' font-weight="bold"' : '';
  const faint = style.attributes.includes('dim') ? ' opacity=".6"' : '';
  const under = style.attributes.includes('underline') ? ' text-decoration="underline"' : '';
  return `${background}<text x="${x}" y="${y + 13}" textLength="${width}" fill="${fill}"${weight}${faint}${under}>${escaped(text)}</text>`;
}

function svgOf(grid: Grid, palette: Palette): string {
  const [width, height] = [Math.ceil(grid.columns * cell.width), grid.rows * cell.height];
  const lines = Array.from({length: grid.rows}, (_, row) =>
    runsOf(grid, row)
      .map((run) => drawn(run, row, palette[run.look]))
      .join(''),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="14">
<rect width="${width}" height="${height}" fill="${paper}"/>
${lines.filter((line) => line !== '').join('\n')}
</svg>
`;
}

/** A menuconfig after keys: a word is one that is named, or letters. */
function pressed(model: KconfigModel, config: string, words: readonly string[]): Menuconfig {
  const session = new Session(loadConfig(model, config), {asMconf: true});
  const menu = new Menuconfig({session, file: '.config', saved: config, goals: []});
  for (const word of words) {
    const key: Key =
      word === 'enter' || word === 'down'
        ? {kind: 'named', name: word, rows: 10}
        : {kind: 'text', text: word};
    menu.press(key);
  }
  return menu;
}

const toNfsServer = ['/', 'config_nfsd', 'enter', 'enter'];
const screens = {
  'menuconfig-menu': [...toNfsServer, ' ', 'down', 'y'],
  'menuconfig-search': ['/', 'nfs server'],
};

async function browserPicture(menu: Menuconfig): Promise<Buffer> {
  const view = await serveWeb(menu, {address: '127.0.0.1', port: 0, perform: async () => 'go on'});
  const browser = await Browser.start();
  try {
    const opened = await browser.open(view.url);
    await opened.look({...page, scheme: 'light'});
    await opened.until("document.querySelectorAll('.row[aria-selected=true]').length > 0");
    return await opened.picture();
  } finally {
    await browser.close();
    await view.close();
  }
}

const {values} = parseArgs({options: {tree: {type: 'string'}}});
if (values.tree === undefined) {
  console.error('name a kernel tree: npm run menuconfig-pictures -- --tree DIR');
  process.exit(2);
}
const folder = resolve(import.meta.dirname, '../../docs/pictures');
await mkdir(folder, {recursive: true});
const {model} = await readKernelTree(values.tree, 'x86_64');
const config = defconfig(
  model,
  await readFile(join(values.tree, 'arch/x86/configs/x86_64_defconfig'), 'latin1'),
).text;
for (const [name, words] of Object.entries(screens)) {
  const {grid} = paint(pressed(model, config, words).screen(), size, firstView, unicodeGlyphs);
  await replaceFile(join(folder, `${name}.svg`), svgOf(grid, paletteFor({TERM: 'xterm'}, 'dark')));
}
await replaceFile(
  join(folder, 'menuconfig-browser.png'),
  await browserPicture(pressed(model, config, toNfsServer)),
);
console.log(folder);
