/** Counts of runs compared, by architecture and mode, and the first differences. */

import type {Compared} from './architecture.ts';

type Count = {compared: number; different: number; endless: number};

const shownDifferences = 5;

export class Table {
  compared = 0;
  different = 0;
  /** Runs that the C tool does not end, and ours refuses. */
  endless = 0;
  readonly #counts = new Map<string, Map<string, Count>>();
  readonly #differences: string[] = [];
  readonly #milliseconds = new Map<string, {theirs: number; ours: number}>();

  add({arch, mode, title, difference, isEndless, milliseconds}: Compared): void {
    const modes = this.#counts.get(arch) ?? new Map<string, Count>();
    this.#counts.set(arch, modes);
    const count = modes.get(mode) ?? {compared: 0, different: 0, endless: 0};
    modes.set(mode, count);
    const spent = this.#milliseconds.get(arch) ?? {theirs: 0, ours: 0};
    this.#milliseconds.set(arch, spent);
    spent.theirs += milliseconds.theirs;
    spent.ours += milliseconds.ours;
    if (isEndless) {
      count.endless++;
      this.endless++;
      return;
    }
    count.compared++;
    this.compared++;
    if (difference === undefined) return;
    count.different++;
    this.different++;
    if (this.#differences.length < shownDifferences) {
      this.#differences.push(`${arch}: ${title}: ${difference}`);
    }
  }

  /** One architecture in a line. */
  summary(arch: string): string {
    const counts = [...(this.#counts.get(arch)?.values() ?? [])];
    const {theirs, ours} = this.#milliseconds.get(arch) ?? {theirs: 0, ours: 0};
    const sum = (of: (count: Count) => number) => counts.reduce((total, count) => total + of(count), 0);
    const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
    return (
      `${sum((count) => count.compared)} compared, ${sum((count) => count.different)} different ` +
      `(conf ${seconds(theirs)}, kbuild ${seconds(ours)})`
    );
  }

  /** A line an architecture, a column a mode: `compared`, `compared/different!`, and `+endless`. */
  text(): string {
    const modes = [...new Set([...this.#counts.values()].flatMap((counts) => [...counts.keys()]))];
    const cell = (count: Count | undefined) =>
      count
        ? `${count.compared}${count.different > 0 ? `/${count.different}!` : ''}${count.endless > 0 ? `+${count.endless}` : ''}`
        : '-';
    const rows = [...this.#counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([arch, counts]) => [arch, ...modes.map((mode) => cell(counts.get(mode)))]);
    const table = [['', ...modes.map((mode) => mode.replace(/config$/, ''))], ...rows];
    const widths = ['', ...modes].map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
    const lines = table.map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join(' ')
        .trimEnd(),
    );
    const differences = this.#differences.map((difference) => `\n${difference}\n`).join('');
    return `${differences}${differences ? '\n' : ''}${lines.join('\n')}\n`;
  }
}
