/** A worker thread: cases of every so-and-so-many-th seed, until told to end or ended. */

import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {parentPort, workerData} from 'node:worker_threads';
import {dialects} from '../../src/kconfig/index.ts';
import {ConfServer} from '../oracle/server.ts';
import {environment, makeCase} from './case.ts';
import {Comparer} from './compare.ts';
import {formatFind} from './find.ts';
import {shrink} from './shrink.ts';

export type Request = {
  readonly server: string;
  readonly dialect: string;
  readonly scratch: string;
  readonly first: number;
  readonly step: number;
  /** Not including this. */
  readonly end: number;
  readonly runs: number;
  /** Trees in hand at a time, so that neither side waits for the other. */
  readonly slots: number;
};

export type Message =
  /** Sent before a tree is taken in hand: the last one sent is the one that hangs. */
  | {readonly kind: 'begin'; readonly seed: number}
  | {
      readonly kind: 'done';
      readonly seed: number;
      readonly runs: number;
      readonly refused: boolean;
      readonly crashes: number;
    }
  | {readonly kind: 'find'; readonly seed: number; readonly text: string; readonly signature: string};

const request = workerData as Request;
const dialect = dialects.find(({name}) => name === request.dialect)!;
mkdirSync(request.scratch, {recursive: true});
const answers = join(request.scratch, 'answers');
const server = new ConfServer({program: request.server, answers, secondsARun: 20, environment});
const comparer = new Comparer(server, dialect, answers);
let next = request.first;

function tell(message: Message): void {
  parentPort!.postMessage(message);
}

async function slot(number: number): Promise<void> {
  const scratch = join(request.scratch, String(number));
  while (next < request.end) {
    const seed = next;
    next += request.step;
    tell({kind: 'begin', seed});
    const {files, steps} = makeCase(seed, dialect, request.runs);
    const {found, crashes, runs, refused} = await comparer.compare(files, steps, scratch);
    if (found) {
      const shrunk = await shrink(
        files,
        found,
        async (smaller, step) => (await comparer.compare(smaller, step ? [step] : [], scratch)).found,
      );
      tell({kind: 'find', seed, ...formatFind(seed, shrunk)});
    }
    tell({kind: 'done', seed, runs: refused ? 0 : runs, refused, crashes});
  }
}

await Promise.all(Array.from({length: request.slots}, async (_, number) => slot(number)));
await server.close();
