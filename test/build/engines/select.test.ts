import {mkdirSync} from 'node:fs';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {makeBuilder, selectEngine} from '../../../src/build/engines/select.ts';
import {temporaryDirectory, temporaryWorkshop} from './workshop.ts';

const nowhere = {dir: '/nonexistent/root', tar: '/nonexistent/root.tar', digest: 'f'.repeat(64)};

test('a wanted engine that cannot run is a missing tool, with the reason', async (t) => {
  const {report, signal} = temporaryWorkshop(t);
  const selection = {
    wanted: 'bubblewrap',
    root: nowhere,
    workDir: temporaryDirectory(t),
    report,
    signal,
  } as const;
  const error = await t.throwsAsync(selectEngine(selection), {instanceOf: KbuildError});
  t.is(error.exit, 3);
  t.is(error.diagnostics[0]?.code, 'no-engine');
  t.regex(error.message, /not in bubblewrap: \S/);
  t.truthy(error.diagnostics[0]?.hint);
});

test('a builder tries no engine before its first step', async (t) => {
  const workshop = temporaryWorkshop(t);
  mkdirSync(workshop.store.root, {recursive: true});
  const builder = makeBuilder(nowhere, 'bubblewrap', workshop);
  t.is(builder.digest, nowhere.digest);
  t.deepEqual(workshop.events, []);
  await t.throwsAsync(builder.run({argv: ['true'], mounts: []}), {instanceOf: KbuildError});
});
