import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {Store, type Workshop} from '../../src/base/store.ts';
import {checkLine, findScenario, runScenario} from '../../src/boot/index.ts';

const workshop: Workshop = {
  store: new Store(join(tmpdir(), 'never-made')),
  report: () => undefined,
  signal: new AbortController().signal,
  logDir: tmpdir(),
};

test('an unknown scenario is bad input that names the known ones', (t) => {
  const error = t.throws(() => findScenario('nfs'), {instanceOf: KbuildError});
  t.is(error?.exit, 2);
  t.regex(error?.diagnostics[0]?.hint ?? '', /nfs-rdma/);
});

test('a scenario without all of its machines is bad input', async (t) => {
  const request = {scenario: 'nfs-rdma', machines: [], logDir: tmpdir()};
  const error = await t.throwsAsync(runScenario(workshop, request), {instanceOf: KbuildError});
  t.is(error?.message, 'the scenario nfs-rdma needs the machines host, client');
  t.is(error?.exit, 2);
});

test('a check is one line for people', (t) => {
  const check = {name: 'it starts', durationMs: 1, evidence: 'no'};
  t.is(checkLine({...check, outcome: 'passed'}), 'it starts: no');
  t.is(checkLine({...check, outcome: 'not-run'}), 'it starts: not run: no');
});
