import {statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {captureIn, type Engine, runIn} from '../../../src/build/engines/engine.ts';
import {podmanEngines} from '../../../src/build/engines/podman.ts';
import {hostRoot, runs, usr} from './host-root.ts';
import {temporaryDirectory} from './workshop.ts';

const withPodman = (await runs('podman', '--version')) ? test : test.skip;

async function workingEngine(dir: string): Promise<Engine | undefined> {
  for (const engine of podmanEngines({dir, tar: '', digest: ''})) {
    const tried = await captureIn(engine, {argv: ['true'], mounts: [usr]});
    if (tried.outcome === 'ok') return engine;
  }
  return undefined;
}

withPodman('a cancelled container writes no more, and files belong to this user', async (t) => {
  const engine = await workingEngine(hostRoot(t));
  if (engine === undefined) {
    t.log('podman cannot run here');
    t.pass();
    return;
  }
  const out = temporaryDirectory(t);
  const abort = new AbortController();
  const result = await runIn(engine, {
    argv: ['sh', '-c', 'trap "" TERM INT; echo ready; while :; do date +%N >/out/now; done'],
    mounts: [usr, {source: out, target: '/out', readOnly: false}],
    signal: abort.signal,
    onLine: () => setTimeout(() => abort.abort(), 300),
  });
  t.is(result.outcome, 'cancelled');
  const {mtimeMs, uid} = statSync(join(out, 'now'));
  t.is(uid, process.getuid?.() ?? -1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.is(statSync(join(out, 'now')).mtimeMs, mtimeMs);
});
