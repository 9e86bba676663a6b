import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {findHeld, holdMachines} from '../../src/boot/held.ts';
import type {Machine} from '../../src/boot/machine.ts';
import {Shell} from '../../src/boot/shell.ts';

const signal = new AbortController().signal;

/** A machine that is a shell of this one. */
function shellMachine(t: ExecutionContext, scratch: string): Machine {
  const child = spawn('sh', {stdio: ['pipe', 'pipe', 'ignore']});
  t.teardown(() => child.kill('SIGKILL'));
  const shell = new Shell(child.stdout, child.stdin, {scratch});
  return {
    name: 'host',
    spec: {role: 'host', address: '10.77.0.1'},
    logs: {console: '/logs/host-console.log'},
    run: (command: string, options: {timeoutMs?: number}) => shell.run(command, options),
    untilOff: async () => new Promise(() => {}),
  } as unknown as Machine;
}

/** A machine that is off, whether or not by a restart, and says how often it was started. */
function offMachine(hasRestarted: boolean) {
  const seen = {starts: 0};
  const machine = {
    name: 'host',
    spec: {role: 'host', address: '10.77.0.1'},
    logs: {console: '/logs/host-console.log'},
    get hasRestarted() {
      return hasRestarted && seen.starts === 0;
    },
    untilOff: async () => seen.starts === 0 || new Promise(() => {}),
    start: async () => {
      seen.starts++;
    },
    untilUp: async () => 'running',
    run: async () => ({status: 0, output: `started ${seen.starts} times\n`}),
  } as unknown as Machine;
  return machine;
}

/** A machine that has restarted, and cannot be started again. */
function lostMachine() {
  const seen = {starts: 0};
  const start = async () => {
    seen.starts++;
    throw new Error('no memory');
  };
  const machine = Object.create(offMachine(false), {
    hasRestarted: {value: true},
    untilOff: {value: async () => true},
    start: {value: start},
  }) as Machine;
  return {machine, seen};
}

async function folder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-test-'));
  t.teardown(() => rm(dir, {recursive: true, force: true}));
  return dir;
}

test('machines that are held run what others ask, one after the other, until they are to stop', async (t) => {
  const outDir = await folder(t);
  t.is(await findHeld(outDir), undefined);
  const machines = [shellMachine(t, outDir)];
  let holding = Promise.resolve();
  await new Promise<void>((ready) => {
    holding = holdMachines(machines, {outDir, signal, ready: () => ready()});
  });
  const held = (await findHeld(outDir))!;
  t.deepEqual(held.machines, [
    {name: 'host', role: 'host', address: '10.77.0.1', console: '/logs/host-console.log'},
  ]);
  const options = {timeoutMs: 60_000, signal};
  const answers = await Promise.all([
    held.run('host', 'echo "one  $((1 + 1))"\necho "it\'s two lines"', options),
    held.run('host', 'exit 3', options),
  ]);
  t.deepEqual(answers, [
    {status: 0, output: "one  2\nit's two lines\n"},
    {status: 3, output: ''},
  ]);
  await t.throwsAsync(held.run('guest', 'true', options), {message: 'there is no machine guest'});
  await held.stop();
  await holding;
  t.is(await findHeld(outDir), undefined);
  t.false(existsSync(join(outDir, 'machines/machines.json')));
});

test('a machine that restarts comes back before it is asked, one that was switched off does not', async (t) => {
  for (const [hasRestarted, output] of [
    [true, 'started 1 times\n'],
    [false, 'started 0 times\n'],
  ] as const) {
    const outDir = await folder(t);
    let holding = Promise.resolve();
    await new Promise<void>((ready) => {
      holding = holdMachines([offMachine(hasRestarted)], {outDir, signal, ready: () => ready()});
    });
    const held = (await findHeld(outDir))!;
    t.is((await held.run('host', 'true', {timeoutMs: 60_000, signal})).output, output);
    await held.stop();
    await holding;
  }
});

test('a machine that cannot be started again is not started for ever, and who asks is told', async (t) => {
  const outDir = await folder(t);
  const {machine, seen} = lostMachine();
  let holding = Promise.resolve();
  await new Promise<void>((ready) => {
    holding = holdMachines([machine], {outDir, signal, ready: () => ready()});
  });
  const held = (await findHeld(outDir))!;
  await t.throwsAsync(held.run('host', 'true', {timeoutMs: 60_000, signal}), {message: /no memory/});
  t.is(seen.starts, 1);
  await held.stop();
  await holding;
});

test('a machine that takes longer to start than one waits does not answer', async (t) => {
  const outDir = await folder(t);
  const machine = Object.create(offMachine(true), {untilUp: {value: async () => new Promise(() => {})}});
  let holding = Promise.resolve();
  await new Promise<void>((ready) => {
    holding = holdMachines([machine as Machine], {outDir, signal, ready: () => ready()});
  });
  const held = (await findHeld(outDir))!;
  await t.throwsAsync(held.run('host', 'true', {timeoutMs: 50, signal}), {
    message: /still starting after 0\.05 s/,
  });
  await held.stop();
  await holding;
});

test('waiting for what was asked before is a part of the time, and what is too late is never run', async (t) => {
  const {signal} = new AbortController();
  const outDir = await folder(t);
  const ran: string[] = [];
  let end = (): void => undefined;
  const long = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async (command: string) => {
    ran.push(command);
    if (command === 'long') await long;
    return {status: 0, output: ''};
  };
  const machine = Object.create(offMachine(false), {run: {value: run}}) as Machine;
  let holding = Promise.resolve();
  await new Promise<void>((ready) => {
    holding = holdMachines([machine], {outDir, signal, ready: () => ready()});
  });
  const held = (await findHeld(outDir))!;
  const first = held.run('host', 'long', {timeoutMs: 60_000, signal});
  while (ran.length === 0) await delay(10);
  await t.throwsAsync(held.run('host', 'short', {timeoutMs: 50, signal}), {
    message: 'it is still busy with an earlier command after 0.05 s',
  });
  end();
  await first;
  await held.run('host', 'next', {timeoutMs: 60_000, signal});
  t.deepEqual(ran, ['long', 'next']);
  await held.stop();
  await holding;
});

test('what was killed has left a record behind, and holds nothing', async (t) => {
  const outDir = await folder(t);
  await mkdir(join(outDir, 'machines'));
  const record = {version: 1, pid: 1, socket: join(outDir, 'gone'), machines: []};
  await writeFile(join(outDir, 'machines/machines.json'), JSON.stringify(record));
  t.is(await findHeld(outDir), undefined);
});

test('a kbuild that is stopped, and answers nothing for the machines it holds, is not waited for', async (t) => {
  const {signal} = new AbortController();
  const outDir = await folder(t);
  await mkdir(join(outDir, 'machines'));
  const socket = join(outDir, 'socket');
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.teardown(() => server.close());
  const record = {version: 1, pid: 1, socket, machines: []};
  await writeFile(join(outDir, 'machines/machines.json'), JSON.stringify(record));
  const held = (await findHeld(outDir))!;
  await t.throwsAsync(held.run('host', 'true', {timeoutMs: 50, signal}), {
    message: 'no answer in 1.05 s',
  });
});

test('Ctrl-C ends the holding, as an interruption', async (t) => {
  const outDir = await folder(t);
  const controller = new AbortController();
  const holding = holdMachines([], {
    outDir,
    signal: controller.signal,
    ready: () => controller.abort(new Error('stopped by SIGINT')),
  });
  await t.throwsAsync(holding, {message: 'stopped by SIGINT'});
  t.is(await findHeld(outDir), undefined);
});
