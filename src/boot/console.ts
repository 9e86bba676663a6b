/** What a machine says on its first serial port, and how far its boot has come by that. */

/** Seconds since the power was switched on at which a stage of the boot was left behind. */
export type BootMilestones = {
  /** The kernel's first line. */
  firmwareSeconds?: number;
  /** The kernel starts the first process. */
  kernelSeconds?: number;
  /** The root shell answers. */
  shellSeconds?: number;
  /** User space says it is up. */
  readySeconds?: number;
};

export type BootStage = 'firmware' | 'kernel' | 'user space';

const keptLines = 400;
const kernelBanner = /Linux version \d/;
const firstProcess = /Run \/\S+ as init process|systemd\[1\]:/;
const panic = /Kernel panic - not syncing/;
/** A control character and, where it is an escape, the sequence it opens. */
const terminalControl = /[^\P{Cc}\t\n\r](?:\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[=>78cDEHM])?|\r/gu;

/** A text without terminal control sequences and control characters. */
export function plainText(text: string): string {
  return text.replaceAll(terminalControl, '');
}

export class Console {
  readonly milestones: BootMilestones = {};
  readonly #started = performance.now();
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #partial = '';
  #heard = performance.now();
  #panicked = false;

  /** Takes what came from the serial port. */
  take(text: string): void {
    this.#heard = performance.now();
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#takeLine(plainText(line));
  }

  #takeLine(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > 2 * keptLines) this.#lines.splice(0, keptLines);
    if (kernelBanner.test(line)) this.reach('firmwareSeconds');
    if (firstProcess.test(line)) this.reach('kernelSeconds');
    if (panic.test(line)) {
      this.#panicked = true;
      this.#tell();
    }
  }

  /** Notes a milestone, the first time it is reached. */
  reach(milestone: keyof BootMilestones): void {
    if (this.milestones[milestone] !== undefined) return;
    this.milestones[milestone] = Math.round((performance.now() - this.#started) / 100) / 10;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Calls back at every milestone and at a panic, until the returned function is called. */
  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How long nothing has come. */
  get silentMs(): number {
    return performance.now() - this.#heard;
  }

  get panicked(): boolean {
    return this.#panicked;
  }

  /** The stage the boot is in, or where it hangs. */
  get stage(): BootStage {
    if (this.milestones.kernelSeconds !== undefined) return 'user space';
    return this.milestones.firmwareSeconds === undefined ? 'firmware' : 'kernel';
  }

  /** The last lines that are not empty, an unfinished one included. */
  lastLines(count: number): readonly string[] {
    return [...this.#lines, plainText(this.#partial)].filter((line) => line.trim() !== '').slice(-count);
  }
}
