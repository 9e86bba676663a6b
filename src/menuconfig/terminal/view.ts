/** What this view remembers between two screens: how far panels are scrolled, which the state knows nothing of. */

import type {Key} from '../key.ts';
import type {Caret} from './difference.ts';
import type {Area} from './grid.ts';

export type View = {
  /** What was shown last. */
  readonly place: string;
  readonly top: number;
  /** Of menus that were left: who comes back finds them as they were. */
  readonly earlier: ReadonlyMap<string, number>;
  /** How far the details of a search hit are scrolled. */
  readonly details: number;
};

export const firstView: View = {place: '', top: 0, earlier: new Map(), details: 0};

/** Cells that a mouse can point at, and what that means. */
export type Target = Area & {readonly key: Key};

/** What a panel tells besides what it draws. */
export type Painted = {
  readonly targets: readonly Target[];
  /** Rows of a page. */
  readonly page: number;
  readonly view: View;
  readonly caret?: Caret;
};

/** The first row of a list to show, moved no more than the cursor needs. */
export function listTop(
  view: View,
  place: string,
  {cursor, count, height}: {cursor: number; count: number; height: number},
): number {
  const last = Math.max(count - height, 0);
  const before = view.place === place ? view.top : view.earlier.get(place);
  // As mconf does in a menu it has not shown yet.
  if (before === undefined) return cursor < height ? 0 : Math.min(cursor - (height >> 1), last);
  return Math.max(0, Math.min(Math.max(Math.min(before, cursor), cursor - height + 1), last));
}

/** The view once `place` is shown from the row `top` on. */
export function showing(view: View, place: string, top: number, keeps: boolean): View {
  const earlier = keeps ? new Map(view.earlier).set(place, top) : view.earlier;
  return {place, top, earlier, details: view.place === place ? view.details : 0};
}
