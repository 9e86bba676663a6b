import {once} from 'node:events';
import {createConnection, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import test, {type ExecutionContext} from 'ava';
import {Monitor} from '../../src/boot/monitor.ts';

type Command = {readonly execute: string; readonly arguments: Readonly<Record<string, string>>};

/** A monitor whose QEMU answers what it is asked for with these lines, and what it was asked for. */
async function monitored(
  t: ExecutionContext,
  answer: (command: Command, qemu: Socket) => readonly object[],
): Promise<{readonly monitor: Monitor; readonly asked: readonly Command[]; readonly qemu: Socket}> {
  const path = join(tmpdir(), `kbuild-monitor-${process.pid}-${Math.random()}`);
  const server = createServer().listen(path);
  const qemu = createConnection(path);
  const [line] = (await once(server, 'connection')) as [Socket];
  t.teardown(() => {
    qemu.destroy();
    server.close();
  });
  const asked: Command[] = [];
  createInterface({input: qemu}).on('line', (text) => {
    const command = JSON.parse(text) as Command;
    asked.push(command);
    for (const one of answer(command, qemu)) qemu.write(`${JSON.stringify(one)}\r\n`);
  });
  qemu.write('{"QMP": {"version": {}, "capabilities": ["oob"]}}\r\n');
  return {monitor: new Monitor(line), asked, qemu};
}

test('a device is gone when QEMU says so of it, and of no other', async (t) => {
  let isGone = false;
  const {monitor, asked} = await monitored(t, ({execute}, qemu) => {
    if (execute !== 'device_del') return [{return: {}}];
    setTimeout(() => {
      isGone = true;
      qemu.write('{"event": "DEVICE_DELETED", "data": {"device": "nvme2", "path": "/x"}}\r\n');
    }, 50);
    return [
      {return: {}},
      {event: 'DEVICE_DELETED', data: {device: 'nvme1'}},
      {event: 'DEVICE_DELETED', data: {path: '/x'}},
    ];
  });
  await monitor.remove('nvme2', 10_000);
  t.true(isGone);
  t.deepEqual(asked, [
    {execute: 'qmp_capabilities', arguments: {}},
    {execute: 'device_del', arguments: {id: 'nvme2'}},
  ]);
});

test('a device that QEMU does not have, or the machine keeps, is a failure', async (t) => {
  const {monitor} = await monitored(t, ({arguments: {id}}) =>
    id === 'none' ? [{error: {class: 'DeviceNotFound', desc: "Device 'none' not found"}}] : [{return: {}}],
  );
  await t.throwsAsync(monitor.remove('none', 10_000), {
    message: "none cannot be taken out: Device 'none' not found",
  });
  await t.throwsAsync(monitor.remove('nvme0', 50), {
    message: 'nvme0 cannot be taken out: the machine has not let go of it in 0.05 s',
  });
});

test('a machine that ends meanwhile, in the middle of a word, is a failure, at once', async (t) => {
  const {monitor, qemu} = await monitored(t, () => []);
  setTimeout(() => qemu.end('{"event": "DEVI'), 20);
  await t.throwsAsync(monitor.remove('nvme0', 60_000), {
    message: 'nvme0 cannot be taken out: the machine has ended',
  });
});
