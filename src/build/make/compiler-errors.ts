/** Finds, in the output of make, what a person would look for: the first thing that really failed. */

/** A line that begins an error of gcc, clang, ld, modpost, objtool, configure or Kbuild itself. */
const errorLine =
  /(?:^|\s)(?:fatal )?error: |: undefined reference to |^ERROR: modpost: |^configure: error: |^\S+: error: objtool: |: No rule to make target |No space left on device|internal compiler error|^Killed\b/i;

/** A line that leads up to an error: where an inclusion came from, or the function it is in. */
const leadingLine = /^In file included from |^ {17,}from |: In function |: At top level:/;

/** The lines make itself adds once something below it has failed. */
const makeLine = /^make(?:\[\d+\])?: (?:\*\*\* )?(?:\[|Waiting for unfinished|Leaving|Entering)/;

const mostErrors = 3;
const mostLines = 12;

/** Collects error blocks (the lines that lead up, the message, the source excerpt under it) from a stream of lines. */
export class CompilerErrors {
  readonly #blocks: string[][] = [];
  #leading: string[] = [];
  #current: string[] | undefined;
  #lastMakeError: string | undefined;
  readonly #tail: string[] = [];

  see(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > mostLines) this.#tail.shift();
    if (/^make(?:\[\d+\])?: \*\*\* /.test(line)) this.#lastMakeError ??= line;
    if (makeLine.test(line) && !errorLine.test(line)) {
      this.#current = undefined;
      return;
    }
    if (errorLine.test(line)) {
      this.#current = [...this.#leading, line];
      this.#blocks.push(this.#current);
      this.#leading = [];
    } else if (leadingLine.test(line)) {
      this.#leading = [...this.#leading, line].slice(-4);
      this.#current = undefined;
    } else if (
      this.#current !== undefined &&
      /^\s/.test(line) &&
      !/^ {2}[A-Z]\w*(?: \[M\])? +\S+$/.test(line)
    ) {
      if (this.#current.length < mostLines) this.#current.push(line);
    } else {
      this.#current = undefined;
      this.#leading = [];
    }
  }

  /** The first errors in full; the last lines only where nothing looks like an error. */
  message(what: string): string {
    const [first] = this.#blocks;
    if (first === undefined) {
      const lines = this.#tail.length > 0 ? this.#tail : ['(it printed nothing)'];
      return [
        `${what} failed${this.#lastMakeError === undefined ? '' : ` at ${this.#lastMakeError}`}`,
        ...indent(lines),
      ].join('\n');
    }
    const shown = this.#blocks.slice(0, mostErrors).flatMap(indent);
    const more = this.#blocks.length - mostErrors;
    return [`${what} failed`, ...shown, ...(more > 0 ? [`  (and ${more} more)`] : [])].join('\n');
  }
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
