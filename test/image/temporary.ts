import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';

/** A directory of the test's own, gone after it. */
export async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-image-'));
  t.teardown(() => rm(dir, {recursive: true, force: true}));
  return dir;
}
