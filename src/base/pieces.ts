/** Work done piece by piece, so that whoever has it done can give way to other work in between. */

/** Each `next` does a piece: a few milliseconds at most. */
export type Pieces<Result> = Generator<undefined, Result, undefined>;

/** Does all that is left of it. */
export function finished<Result>(pieces: Pieces<Result>): Result {
  for (;;) {
    const {done, value} = pieces.next();
    if (done) return value;
  }
}

/** The items one by one, with an end of a piece after every so many. */
export function* inPieces<Item>(
  items: Iterable<Item>,
  count: number,
  work: (item: Item) => void,
): Pieces<void> {
  let left = count;
  for (const item of items) {
    work(item);
    if (--left > 0) continue;
    left = count;
    yield;
  }
}
