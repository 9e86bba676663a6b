/** The answers that `conf` reads from standard input. */

import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';
import {pause} from './output.ts';

/** `line` of conf.c has PATH_MAX bytes, the last of them for the final NUL. */
const longestLine = 4095;
const newline = 10;

/** Lines of standard input, read as fgets reads them. */
export class Input {
  #held = Buffer.alloc(0);
  #ended = false;

  /** The next line with its newline, or undefined at the end. What is too long comes in pieces. */
  line(): string | undefined {
    for (;;) {
      const found = this.#held.indexOf(newline);
      const length = found < 0 ? this.#held.length : found + 1;
      if (found >= 0 || length >= longestLine || this.#ended)
        return this.#take(Math.min(length, longestLine));
      this.#fill();
    }
  }

  /**
   * Takes what is left in a pipe, without waiting for more: who writes answers ahead of us, as the tests of the kernel
   * do, waits for room in the pipe, and would find it broken when we go.
   */
  leave(): void {
    const piece = Buffer.alloc(65536);
    try {
      if (!fstatSync(0).isFIFO()) return;
      const pipe = openSync('/proc/self/fd/0', constants.O_RDONLY | constants.O_NONBLOCK);
      while (readSync(pipe, piece) > 0);
      closeSync(pipe);
    } catch {
      // There is nothing left.
    }
  }

  #take(length: number): string | undefined {
    // A terminal may be typed on again after its end of input.
    if (length === 0) this.#ended = false;
    const line = this.#held.toString('latin1', 0, length);
    this.#held = this.#held.subarray(length);
    return length === 0 ? undefined : line;
  }

  #fill(): void {
    const piece = Buffer.alloc(4096);
    try {
      const read = readSync(0, piece);
      if (read === 0) this.#ended = true;
      else this.#held = Buffer.concat([this.#held, piece.subarray(0, read)]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') pause();
      else this.#ended = true;
    }
  }
}
