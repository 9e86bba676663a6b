import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough, Transform} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {quoted, Shell} from '../../src/boot/shell.ts';

/** A shell on a real interactive `sh`, whose output goes through `line` on its way. */
async function shellOn(t: ExecutionContext, line: Transform = new PassThrough()): Promise<Shell> {
  const scratch = await mkdtemp(join(tmpdir(), 'shell-'));
  const child = spawn('sh', ['-i'], {stdio: ['pipe', 'pipe', 'ignore'], detached: true});
  t.teardown(async () => {
    process.kill(-child.pid!, 'SIGKILL');
    await rm(scratch, {recursive: true});
  });
  child.stdin.on('error', () => undefined);
  return new Shell(child.stdout.pipe(line), child.stdin, {scratch, greetingMs: 3000});
}

test('a command gives its output and its status', async (t) => {
  const shell = await shellOn(t);
  await shell.open(() => 10_000);
  const result = await shell.run("printf 'one\\ntwo'; echo three >&2; exit 7");
  t.is(result.status, 7);
  t.is(result.output, 'one\ntwothree\n');
});

test('commands that are asked for at once run one after the other', async (t) => {
  const shell = await shellOn(t);
  const results = await Promise.all([1, 2, 3].map(async (number) => shell.run(`echo ${number}`)));
  t.deepEqual(
    results.map((result) => result.output),
    ['1\n', '2\n', '3\n'],
  );
});

test('output of any length and any bytes arrives whole', async (t) => {
  const shell = await shellOn(t);
  const result = await shell.run('seq 1 20000; printf "@kbuild-done 1 0"; printf "\\033[1m\\r\\n"');
  t.is(result.output.split('\n').length, 20_000 + 2);
  t.true(result.output.endsWith('@kbuild-done 1 0\u001b[1m\r\n'));
});

test('a command that reads its input does not eat the next command', async (t) => {
  const shell = await shellOn(t);
  t.is((await shell.run('cat')).output, '');
  t.is((await shell.run('echo still here')).output, 'still here\n');
});

test('an echo of what is typed and a prompt are not taken for answers', async (t) => {
  const terminal = new PassThrough();
  const scratch = await mkdtemp(join(tmpdir(), 'shell-'));
  const child = spawn('sh', ['-i'], {stdio: ['pipe', 'pipe', 'ignore'], detached: true});
  t.teardown(async () => {
    process.kill(-child.pid!, 'SIGKILL');
    await rm(scratch, {recursive: true});
  });
  const keyboard = new Transform({
    transform(chunk, _encoding, done) {
      terminal.write(`# ${String(chunk).replaceAll('\n', '\r\n')}`);
      done(null, chunk);
    },
  });
  keyboard.pipe(child.stdin);
  child.stdout.on('data', (chunk) => terminal.write(String(chunk).replaceAll('\n', '\r\n')));
  const shell = new Shell(terminal, keyboard, {scratch, greetingMs: 3000});
  const result = await shell.run('echo sure; false');
  t.is(result.output, 'sure\n');
  t.is(result.status, 1);
});

test('an answer that the kernel wrote into is asked for again, and the command is not', async (t) => {
  let spoilt = 0;
  const line = new Transform({
    transform(chunk, _encoding, done) {
      const text = String(chunk);
      const spoil = spoilt < 2 && text.includes('@kbuild-done');
      if (spoil) spoilt += 1;
      done(null, spoil ? `${text.slice(0, -9)}[   12.3] eth0: link up\n${text.slice(-9)}` : text);
    },
  });
  const shell = await shellOn(t, line);
  const counter = join(await mkdtemp(join(tmpdir(), 'count-')), 'runs');
  const result = await shell.run(`echo ran >>${quoted(counter)}; cat ${quoted(counter)}; seq 1 100`);
  t.is(spoilt, 2);
  t.true(result.output.startsWith('ran\n1\n2\n'));
});

test('output that arrives in pieces is put together', async (t) => {
  const line = new Transform({
    transform(chunk, _encoding, done) {
      for (const byte of chunk) this.push(Buffer.of(byte));
      done();
    },
  });
  const shell = await shellOn(t, line);
  t.is((await shell.run('echo grün')).output, 'grün\n');
});

test('a command that does not end in time fails with its name', async (t) => {
  const shell = await shellOn(t);
  await shell.open(() => 10_000);
  const error = await t.throwsAsync(shell.run('sleep 60', {timeoutMs: 300}));
  t.is(error?.message, '`sleep 60` did not end in 0.3 s');
});

test('a closed line fails what is under way and what follows', async (t) => {
  const shell = await shellOn(t);
  await shell.open(() => 10_000);
  const pending = t.throwsAsync(shell.run('sleep 60'));
  setTimeout(() => shell.close(new Error('no power')), 50);
  t.is((await pending)?.message, 'no power');
  t.is((await t.throwsAsync(shell.run('true')))?.message, 'no power');
});

test('a text becomes one word of the shell', (t) => {
  t.is(quoted("it's $HOME"), String.raw`'it'\''s $HOME'`);
});
