import test from 'ava';
import {Console} from '../../src/boot/console.ts';

test('the stages of a boot are told by the lines of the console, in whatever pieces they come', (t) => {
  const screen = new Console();
  t.is(screen.stage, 'firmware');
  screen.take('BdsDxe: starting Boot0001\r\n[    0.00');
  screen.take('0000] Linux vers');
  t.is(screen.stage, 'firmware');
  screen.take('ion 6.1.192 (gcc)\r\n');
  t.is(screen.stage, 'kernel');
  screen.take('[    2.1] Run /sbin/init as init process\r\n');
  t.is(screen.stage, 'user space');
});

test('the last lines are given without terminal control, the unfinished one too', (t) => {
  const screen = new Console();
  screen.take('one\r\n\r\n[\u001b[0;32m  OK  \u001b[0m] Started\r\nhost login: ');
  t.deepEqual(screen.lastLines(2), ['[  OK  ] Started', 'host login: ']);
});

test('a panic is noticed', (t) => {
  const screen = new Console();
  let told = 0;
  screen.onProgress(() => {
    told += 1;
  });
  screen.take('Kernel panic - not syncing: VFS: Unable to mount root fs\n');
  t.true(screen.panicked);
  t.is(told, 1);
});
