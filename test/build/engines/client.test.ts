import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type Client, launchContainer, removeStale} from '../../../src/build/engines/client.ts';
import {removeLeftContainers} from '../../../src/build/engines/select.ts';
import {temporaryDirectory} from './workshop.ts';

const step = {argv: ['true'], mounts: []} as const;
const forever = new AbortController().signal;

/** A client that lists what is in one file and writes what it is to remove, after a while, into another. */
function fakeClient(
  t: ExecutionContext,
  listed: string,
): {readonly client: Client; readonly removed: string} {
  const dir = temporaryDirectory(t);
  const script = join(dir, 'client');
  const removed = join(dir, 'removed');
  writeFileSync(join(dir, 'listed'), listed);
  writeFileSync(
    script,
    `#!/bin/sh
dir=$(dirname "$0")
case $1 in
ps) cat "$dir/listed" ;;
rm) shift; sleep 0.3; echo "$@" >"$dir/part"; mv "$dir/part" "$dir/removed" ;;
esac
`,
    {mode: 0o755},
  );
  return {client: {argv: [script], remove: ['rm'], showLabel: (label) => label}, removed};
}

function ownLabel(): readonly string[] {
  const {argv} = launchContainer({argv: [], remove: [], showLabel: String}, [], [], step);
  const label = argv.find((word) => word.startsWith('--label='));
  return label!.slice('--label=kbuild.process='.length).split('/');
}

test('containers are judged by the boot, the pid namespace and the process that they name', async (t) => {
  const [boot, namespace, pid, start] = ownLabel();
  const owners = {
    mine: [boot, namespace, pid, start],
    ended: [boot, namespace, pid, `${start}0`],
    elsewhere: [boot, 'pid:[1]', '999999999', '1'],
    before: ['another-boot', namespace, pid, start],
  };
  const listed = Object.entries(owners).map(([id, owner]) => `${id} ${owner.join('/')}\n`);
  const {client, removed} = fakeClient(t, `${listed.join('')}unlabelled \n`);
  await removeStale(client, forever);
  t.is(readFileSync(removed, 'utf8'), 'ended before\n');
});

test('nothing is removed where nothing is left, and nothing happens where there is no client', async (t) => {
  const {client, removed} = fakeClient(t, '');
  await removeStale(client, forever);
  t.throws(() => statSync(removed));
  await t.notThrowsAsync(removeStale({...client, argv: ['/nonexistent/client']}, forever));
  await t.notThrowsAsync(removeLeftContainers({signal: AbortSignal.abort()}));
});

test('ending a container is waited for', async (t) => {
  const {client, removed} = fakeClient(t, '');
  await launchContainer(client, [], [], step).end?.();
  t.regex(readFileSync(removed, 'utf8'), /^kbuild-\d+-\d+-\d+\n$/);
});

test('a container is removed also where this process ends right after it began to', async (t) => {
  const {client, removed} = fakeClient(t, '');
  const script = `
    import {launchContainer} from ${JSON.stringify(new URL('../../../src/build/engines/client.js', import.meta.url))};
    const client = {argv: ${JSON.stringify(client.argv)}, remove: ['rm'], showLabel: String};
    void launchContainer(client, [], [], {argv: ['true'], mounts: []}).end();
    process.exit();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {stdio: 'inherit'});
  await once(child, 'exit');
  t.throws(() => statSync(removed));
  for (let tries = 0; tries < 100 && !statSync(removed, {throwIfNoEntry: false}); tries += 1) await wait(50);
  t.regex(readFileSync(removed, 'utf8'), /^kbuild-/);
});
