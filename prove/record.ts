/** What proofs were last seen to do, kept in docs/proofs.json, and the page that shows it. */

import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {captureStep} from '../src/base/process.ts';
import {replaceFile} from '../src/base/replace-file.ts';
import {type Finding, root} from './run.ts';

/** One run of a proof. */
export type Recorded = {
  readonly commit: string;
  readonly minutes: number;
  readonly findings: readonly Finding[];
};

export type Proofs = {readonly version: 1; readonly proofs: Readonly<Record<string, Recorded>>};

const kept = join(root, 'docs/proofs.json');
const page = join(root, 'docs/proofs.md');

/** What is proved, asked before it is: the clone may move on meanwhile. */
export async function commitHere(): Promise<string> {
  return (await captureStep(['git', '-C', root, 'rev-parse', '--short', 'HEAD'])).stdout.trim();
}

/** Puts a run in the place of the one of that name, and writes the page. */
export async function record(name: string, run: Recorded): Promise<void> {
  const text = await readFile(kept, 'utf8').catch(() => undefined);
  const before = text === undefined ? {} : (JSON.parse(text) as Proofs).proofs;
  const proofs = {...before, [name]: run};
  const sorted = Object.fromEntries(Object.entries(proofs).sort(([one], [other]) => (one < other ? -1 : 1)));
  await replaceFile(kept, `${JSON.stringify({version: 1, proofs: sorted} satisfies Proofs, null, 2)}\n`);
  await replaceFile(page, proofsPage({version: 1, proofs: sorted}));
}

/** The page, in Markdown. */
export function proofsPage({proofs}: Proofs): string {
  const sections = Object.entries(proofs).flatMap(([name, {commit, minutes, findings}]) => [
    `## ${name}`,
    '',
    `\`./kbuild prove ${name}\` at ${commit}, in ${minutes.toFixed(0)} minutes:`,
    '',
    ...findings.map(({holds, seen}) => `- ${holds ? 'holds' : '**broken**'}: ${seen.split('\n')[0]}`),
    '',
  ]);
  return [
    '# Proofs, as they were last seen',
    '',
    'Written by `./kbuild prove NAME --record`, a line for each run. What is spoilt on purpose has to end with 1, at the check',
    'that tells of it: the line says which one failed and what it saw. A proof without a section has not been recorded yet.',
    '',
    ...sections,
  ].join('\n');
}
