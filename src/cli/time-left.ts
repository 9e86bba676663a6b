/** An estimate of the time left, from how fast things went of late: the first files of a build say little. */

const windowMs = 30_000;
/** Less history than this makes estimates that jump about. */
const leastHistoryMs = 3000;

export class TimeLeft {
  #samples: {readonly at: number; readonly done: number}[] = [];

  add(at: number, done: number): void {
    this.#samples.push({at, done});
    // The newest sample from before the window stays, so that the window is always covered.
    const from = this.#samples.findLastIndex((sample) => sample.at <= at - windowMs);
    if (from > 0) this.#samples = this.#samples.slice(from);
  }

  /** Milliseconds until `expected`, as seen at `now`; undefined while nothing can be said. */
  estimate(now: number, expected: number): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || now - first.at < leastHistoryMs) return undefined;
    const rate = (last.done - first.done) / (now - first.at);
    return rate > 0 ? Math.max(0, expected - last.done) / rate : undefined;
  }
}
