import {mkdtemp, rm} from 'node:fs/promises';
import {connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {hardwareAddress, Network} from '../../src/boot/network.ts';

async function makeNetwork(t: ExecutionContext): Promise<Network> {
  const dir = await mkdtemp(join(tmpdir(), 'net-'));
  const network = await Network.make(join(dir, 'lan'));
  t.teardown(async () => {
    await network.close();
    await rm(dir, {recursive: true});
  });
  return network;
}

type Card = {readonly socket: Socket; readonly seen: () => string};

async function plugIn(network: Network): Promise<Card> {
  const socket = connect(network.path);
  await new Promise((resolve) => {
    socket.once('connect', resolve);
  });
  let seen = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    seen = Buffer.concat([seen, chunk]);
  });
  return {socket, seen: () => seen.toString('latin1')};
}

function frame(to: string, from: string, payload: string): Buffer {
  const body = Buffer.from(`${to}${from}${payload}`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

const everybody = '\xff\xff\xff\xff\xff\xff';

test('a frame to everybody reaches all the others, a frame to a known card only that one', async (t) => {
  const network = await makeNetwork(t);
  const [a, b, c] = [await plugIn(network), await plugIn(network), await plugIn(network)];
  const hello = frame(everybody, 'card_a', 'hello');
  // In two pieces, as a stream may deliver it.
  a.socket.write(hello.subarray(0, 7));
  await delay(20);
  a.socket.write(hello.subarray(7));
  await delay(50);
  b.socket.write(frame('card_a', 'card_b', 'answer'));
  await delay(50);
  t.is(b.seen(), hello.toString('latin1'));
  t.is(c.seen(), hello.toString('latin1'));
  t.is(a.seen(), frame('card_a', 'card_b', 'answer').toString('latin1'));
});

test('a machine that was cut off and plugs in again is found at its new place', async (t) => {
  const network = await makeNetwork(t);
  const a = await plugIn(network);
  const before = await plugIn(network);
  before.socket.write(frame(everybody, 'card_b', '1'));
  await delay(50);
  before.socket.destroy();
  await delay(20);
  const after = await plugIn(network);
  after.socket.write(frame(everybody, 'card_b', '2'));
  await delay(50);
  a.socket.write(frame('card_b', 'card_a', 'again'));
  await delay(50);
  t.is(after.seen(), frame('card_b', 'card_a', 'again').toString('latin1'));
});

test('every machine has an address of its own', (t) => {
  t.is(hardwareAddress(0), '52:54:00:6b:62:01');
  t.not(hardwareAddress(0), hardwareAddress(1));
});
