/** The two streams a command talks through: results on stdout, words for people on stderr. */

import {styleText} from 'node:util';

export type Terminal = {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether words for people go to a terminal that can redraw lines. */
  readonly live: boolean;
  readonly paint: Paint;
};

export type Paint = (style: 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold', text: string) => string;

/** What the process's own streams can do. NO_COLOR and TERM=dumb are respected; CI never gets a live list. */
export function processTerminal(environment: NodeJS.ProcessEnv = process.env): Terminal {
  const {stdout, stderr} = process;
  const dumb = environment.TERM === 'dumb';
  const colour = stderr.isTTY === true && !dumb && !environment.NO_COLOR;
  const live = stderr.isTTY === true && !dumb && !environment.CI;
  const paint: Paint = (style, text) => (colour ? styleText(style, text, {validateStream: false}) : text);
  return {stdout, stderr, live, paint};
}

/** `1.4 GB`, in powers of ten, as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `1 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
