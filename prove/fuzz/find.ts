/** A find as text: everything that is needed to make a fixture of it. */

import {showDifference} from '../oracle/outcome.ts';
import type {Shrunk} from './shrink.ts';

/** The text to print, and what finds of the same fault are likely to have in common. */
export function formatFind(seed: number, {files, found}: Shrunk): {text: string; signature: string} {
  const {step, difference} = found;
  const sections: string[] = [];
  const section = (title: string, text: string) =>
    sections.push(`--- ${title}\n${text.replace(/\n?$/, '\n')}`);
  for (const [path, text] of files) if (text.trim() !== '') section(path, text);
  for (const [path, text] of Object.entries(step?.files ?? {})) section(path, text);
  if (step && step.stdin !== '') section('standard input', step.stdin);
  const settings = Object.entries(step?.environment ?? {}).map(([name, value]) => `${name}=${value} `);
  const run = step ? `${settings.join('')}conf ${step.arguments.join(' ')} Kconfig` : 'conf Kconfig';
  const shown = showDifference(difference);
  const changes = shown.split('\n').filter((line) => /^[-+]/.test(line));
  const signature = `${difference.what} ${changes
    .join('\n')
    .replace(/[STC]\d+|\d+/g, '#')
    .slice(0, 300)}`;
  return {text: `=== seed ${seed}: ${run}\n${sections.join('')}--- ${shown}\n`, signature};
}
