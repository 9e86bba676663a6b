/** What this view scrolls by itself: a text, and the details of a search. */

import type {KeyName} from '../key.ts';
import type {Input} from './decode.ts';
import type {Picture} from './paint.ts';
import type {View} from './view.ts';

/** How far a key scrolls a text: a number of lines, or a number of pages. */
type Step = {readonly lines: number} | {readonly pages: number};

const everything = Number.MAX_SAFE_INTEGER;

const named: Partial<Record<KeyName, Step>> = {
  up: {lines: -1},
  down: {lines: 1},
  'page-up': {pages: -1},
  'page-down': {pages: 1},
  home: {lines: -everything},
  end: {lines: everything},
};

const typed: Readonly<Record<string, Step>> = {
  k: {lines: -1},
  j: {lines: 1},
  b: {pages: -1},
  ' ': {pages: 1},
};

const wheel = {'wheel-up': {lines: -3}, 'wheel-down': {lines: 3}} as const;

const controls: Readonly<Record<string, Step>> = {p: {pages: -0.5}, n: {pages: 0.5}};

/** The view after an input that scrolls what is shown; undefined for one that the state is to have. */
export function scrolledBy({scrolls, view}: Picture, input: Input): View | undefined {
  if (!scrolls) return undefined;
  const step = scrolls.what === 'text' ? stepOfText(input) : stepOfDetails(input);
  if (!step) return undefined;
  const by = 'lines' in step ? step.lines : Math.trunc(step.pages * scrolls.page);
  const to = (from: number): number => Math.max(0, Math.min(from + by, scrolls.last));
  return scrolls.what === 'text' ? {...view, top: to(view.top)} : {...view, details: to(view.details)};
}

function stepOfText(input: Input): Step | undefined {
  switch (input.kind) {
    case 'named':
      return named[input.name];
    case 'text':
      return Object.hasOwn(typed, input.text) ? typed[input.text] : undefined;
    case 'mouse':
      return input.action === 'press' ? undefined : wheel[input.action];
    default:
      return undefined;
  }
}

function stepOfDetails(input: Input): Step | undefined {
  return input.kind === 'control' && Object.hasOwn(controls, input.letter)
    ? controls[input.letter]
    : undefined;
}
