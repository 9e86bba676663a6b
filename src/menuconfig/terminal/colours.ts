/** What each look is drawn with: the terminal's own sixteen colours, or attributes alone. */

import type {Look} from './grid.ts';

/** Select Graphic Rendition: numbers of ECMA-48 §8.3.117 and the bright colours of aixterm. */
export type Style = {
  readonly attributes: readonly ('bold' | 'dim' | 'underline' | 'reverse')[];
  readonly foreground?: number;
  readonly background?: number;
};

export type Palette = Readonly<Record<Look, Style>>;

export type Background = 'dark' | 'light' | 'unknown';

function style(attributes: string, foreground?: number, background?: number): Style {
  return {
    attributes: attributes.split(' ').filter((name) => name !== '') as unknown as Style['attributes'],
    ...(foreground === undefined ? {} : {foreground}),
    ...(background === undefined ? {} : {background}),
  };
}

const [red, green, yellow, blue, magenta, cyan] = [31, 32, 33, 34, 35, 36];
const brightRed = 91;
const brightWhite = 97;
const onBlue = 44;

/** NO_COLOR, MENUCONFIG_COLOR=mono. */
export const monochrome: Palette = {
  text: style(''),
  bar: style('reverse'),
  path: style(''),
  frame: style(''),
  heading: style('bold'),
  key: style('bold'),
  hotkey: style('bold'),
  comment: style(''),
  hidden: style('dim'),
  changed: style('bold'),
  goal: style(''),
  unmet: style('bold underline'),
  symbol: style(''),
  match: style('bold'),
  cursor: style('reverse'),
  'cursor-hotkey': style('bold reverse'),
  field: style('underline'),
  said: style(''),
  warning: style('bold'),
};

/**
 * Text stays as the terminal has it. White on blue is told apart in every set of colours; the other colours are those
 * that can be read where they are used: yellow and cyan on dark, blue on light, and magenta and red on both.
 */
function coloured(hotkey: Style, path: Style, changed: Style, said: Style, warning: Style): Palette {
  return {
    ...monochrome,
    bar: style('bold', brightWhite, onBlue),
    path,
    frame: style('dim'),
    key: hotkey,
    hotkey,
    comment: path,
    changed,
    goal: style('', magenta),
    unmet: warning,
    symbol: style('dim'),
    match: hotkey,
    cursor: style('bold', brightWhite, onBlue),
    'cursor-hotkey': style('bold underline', brightWhite, onBlue),
    said,
    warning,
  };
}

const palettes: Readonly<Record<Background, Palette>> = {
  dark: coloured(
    style('bold', yellow),
    style('', cyan),
    style('bold', green),
    style('', green),
    style('bold', brightRed),
  ),
  light: coloured(
    style('bold', blue),
    style('', blue),
    style('bold', magenta),
    style('', blue),
    style('bold', red),
  ),
  unknown: coloured(
    style('bold', magenta),
    style('bold'),
    style('bold', magenta),
    style('bold'),
    style('bold', red),
  ),
};

/** The palette for a background; `MENUCONFIG_COLOR` is what mconf reads too. */
export function paletteFor(environment: NodeJS.ProcessEnv, background: Background): Palette {
  return usesColours(environment) ? palettes[background] : monochrome;
}

export function usesColours({NO_COLOR, MENUCONFIG_COLOR, TERM}: NodeJS.ProcessEnv): boolean {
  return !NO_COLOR && MENUCONFIG_COLOR !== 'mono' && !/^vt\d|mono$|-m$/.test(TERM ?? '');
}

/** What can be known before the terminal answers. */
export function expectedBackground({COLORFGBG, MENUCONFIG_COLOR, TERM}: NodeJS.ProcessEnv): Background {
  if (MENUCONFIG_COLOR === 'blackbg' || TERM === 'linux') return 'dark';
  const number = /;(\d+)$/.exec(COLORFGBG ?? '')?.[1];
  if (number === undefined) return 'unknown';
  return Number(number) < 7 || number === '8' ? 'dark' : 'light';
}

/** By how bright it is to the eye (ITU-R BT.601). */
export function backgroundOf(colour: {red: number; green: number; blue: number}): 'dark' | 'light' {
  return 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue < 0.5 ? 'dark' : 'light';
}
