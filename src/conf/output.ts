/** What `conf` says: bytes as the C library's stdio would write them. */

import {writeSync} from 'node:fs';

/** Held back text is written when it is this long. */
const bufferLength = 1 << 16;

/** Bytes held as latin1 text; stdout waits until something is asked, or until the end, unless it is a terminal. */
export class Output {
  readonly #immediate: boolean;
  readonly #descriptor: 1 | 2 | undefined;
  #held = '';

  /** `descriptor` is where standard output goes. */
  constructor(terminal: boolean, descriptor: 1 | 2 | 'nowhere' = 1) {
    this.#immediate = terminal;
    this.#descriptor = descriptor === 'nowhere' ? undefined : descriptor;
  }

  out(text: string): void {
    this.#held += text;
    if (this.#immediate || this.#held.length > bufferLength) this.flush();
  }

  error(text: string): void {
    if (this.#immediate) this.flush();
    writeAll(2, text);
  }

  flush(): void {
    const text = this.#held;
    this.#held = '';
    if (text !== '' && this.#descriptor !== undefined) writeAll(this.#descriptor, text);
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let start = 0; start < bytes.length; ) {
    try {
      start += writeSync(descriptor, bytes, start);
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') pause();
      // As a C program ends that writes where nobody reads any more: by SIGPIPE.
      else if (code === 'EPIPE') process.exit(141);
      // A terminal that is gone, or a stream that was closed.
      else return;
    }
  }
}

/** Waits a moment: what is on the other side of a pipe that does not block is not ready. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
