/** The random numbers of `conf --randconfig`: the C library's. */

const length = 31;
const separation = 3;

/**
 * `srand` and `rand` of glibc (TYPE_3 of random_r.c, glibc 2.36): an additive feedback generator over 31 words, so a
 * seed gives here the numbers it gives to the C tool.
 */
export class Random {
  readonly #state = new Int32Array(length);
  #front = separation;
  #rear = 0;

  /** The seed's lower 32 bits count, and 0 is 1. */
  constructor(seed: number) {
    let word = (seed | 0) === 0 ? 1 : seed | 0;
    this.#state[0] = word;
    for (let i = 1; i < length; i++) {
      const high = Math.trunc(word / 127773);
      word = 16807 * (word - high * 127773) - 2836 * high;
      if (word < 0) word += 2147483647;
      this.#state[i] = word;
    }
    for (let i = 0; i < 10 * length; i++) this.next();
  }

  /** From 0 to 2^31 - 1. */
  next(): number {
    const sum = (this.#state[this.#front]! + this.#state[this.#rear]!) | 0;
    this.#state[this.#front] = sum;
    this.#front = (this.#front + 1) % length;
    this.#rear = (this.#rear + 1) % length;
    return sum >>> 1;
  }
}
