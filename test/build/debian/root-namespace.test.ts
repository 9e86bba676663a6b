import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import test from 'ava';
import {namespaceArgv} from '../../../src/build/debian/root-namespace.ts';
import {runs} from '../engines/host-root.ts';

const withNamespaces = (await runs(...namespaceArgv(), 'true')) ? test : test.skip;

/** Starts its arguments as kbuild starts steps, and says which process that is once it says something itself. */
const parent = `
  const [program, ...args] = process.argv.slice(1);
  const child = require('node:child_process').spawn(program, args, {detached: true});
  child.stdout.once('data', () => process.stdout.write(String(child.pid)));
  setInterval(() => {}, 1000);
`;

/** The process and all below it. */
function family(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [pid, ...children.filter((word) => word !== '').flatMap((word) => family(Number(word)))];
}

/** A process that nobody has asked after yet has ended, too. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

withNamespaces('what runs in a namespace is killed with the process that wanted it', async (t) => {
  const script = 'trap "" TERM HUP; sleep 60 & echo ready; wait';
  const argv = ['-e', parent, ...namespaceArgv(), 'sh', '-c', script];
  const child = spawn(process.execPath, argv, {stdio: ['ignore', 'pipe', 'inherit']});
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const running = family(Number(String(said)));
  t.true(running.length >= 3);
  child.kill('SIGKILL');
  for (let tries = 0; tries < 100 && !running.every(hasEnded); tries += 1) await wait(50);
  t.deepEqual(
    running.filter((pid) => !hasEnded(pid)),
    [],
  );
});
