/** What tests of the build hand to stages: a store in a temporary directory, and what was reported. */

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {ProgressEvent} from '../../../src/base/progress.ts';
import {Store, type Workshop} from '../../../src/base/store.ts';

export function temporaryDirectory(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'kbuild-test-'));
  t.teardown(() => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

export function temporaryWorkshop(t: ExecutionContext): Workshop & {readonly events: ProgressEvent[]} {
  const dir = temporaryDirectory(t);
  const events: ProgressEvent[] = [];
  return {
    store: new Store(join(dir, 'store')),
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    logDir: join(dir, 'logs'),
    events,
  };
}
