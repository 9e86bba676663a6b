import {PassThrough} from 'node:stream';
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import type {Effect} from '../../../src/menuconfig/effect.ts';
import type {Key} from '../../../src/menuconfig/key.ts';
import type {Screen} from '../../../src/menuconfig/screen.ts';
import {runTerminal, type TerminalEnd} from '../../../src/menuconfig/terminal/terminal.ts';
import {help, menu} from './screens.ts';

type Setting = {
  readonly environment?: NodeJS.ProcessEnv;
  readonly shown?: Screen;
  readonly perform?: (effect: Effect) => Promise<'go on' | 'quit'>;
  readonly press?: (key: Key) => readonly Effect[];
};

/** A terminal of 80x24 made of two streams, and a state that notes its keys and quits at `q`. */
function started({environment = {TERM: 'xterm'}, shown = menu, perform, press}: Setting = {}) {
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    modes: [] as boolean[],
    setRawMode(isRaw: boolean) {
      input.modes.push(isRaw);
    },
  });
  const output = Object.assign(new PassThrough(), {isTTY: true, columns: 80, rows: 24});
  const keys: string[] = [];
  let written = '';
  output.on('data', (bytes: Buffer) => {
    written += bytes.toString('utf8');
  });
  const end = runTerminal(
    {
      press(key) {
        keys.push('text' in key ? key.text : 'name' in key ? key.name : key.kind);
        if (press) return press(key);
        return key.kind === 'text' && key.text === 'q' ? [{kind: 'quit'}] : [];
      },
      screen: () => shown,
    },
    {
      input,
      output,
      environment,
      perform: perform ?? (async ({kind}) => (kind === 'quit' ? 'quit' : 'go on')),
    },
  );
  /** Until what was sent is answered by a frame, or the loop has ended. */
  const send = async (bytes: string): Promise<void> => {
    const before = written.length;
    input.write(bytes);
    await until(() => written.length > before);
  };
  return {input, output, keys, end, send, written: () => written};
}

/** A busy machine may take its time. */
async function until(isSo: () => boolean): Promise<void> {
  for (let count = 0; count < 500 && !isSo(); count += 1) await pause(5);
}

/** The screen from before, with its caret. */
const restored = '\x1b[?1049l\x1b[?25h';

const colour = /\[(?:\d+;)*[349]\dm/;

const attributes = '\x1b[?62c';

test.serial('the screen is shown, keys go to the state, and at the end all is as it was', async (t) => {
  const terminal = started();
  await terminal.send(`${attributes}jk`);
  t.true(terminal.written().startsWith('\x1b[?1049h'));
  t.true(terminal.written().includes('General setup'));
  await terminal.send('q');
  t.deepEqual(await terminal.end, {kind: 'quit'} satisfies TerminalEnd);
  t.deepEqual(terminal.keys, ['j', 'k', 'q']);
  t.true(terminal.written().endsWith(restored));
  t.deepEqual(terminal.input.modes, [true, false]);
});

test.serial('each frame has an end, also one in which nothing changed', async (t) => {
  const terminal = started();
  await terminal.send(attributes);
  const frames = (): number => terminal.written().split('\x1b[?2026l').length - 1;
  const before = frames();
  await terminal.send('j');
  await terminal.send('j');
  t.is(frames() - before, 2);
  await terminal.send('q');
  await terminal.end;
});

test.serial(
  'a lone Esc is a key after a short wait; a second one, as mconf wants it, is its echo',
  async (t) => {
    const terminal = started();
    await terminal.send(attributes);
    for (let isInTime = false; !isInTime; ) {
      // An Esc before this one would make it an echo.
      await pause(500);
      terminal.keys.length = 0;
      terminal.input.write('\x1b');
      await until(() => terminal.keys.length > 0);
      t.deepEqual(terminal.keys, ['escape']);
      const first = performance.now();
      terminal.input.write('\x1b');
      await pause(150);
      isInTime = performance.now() - first < 300;
      if (isInTime) t.deepEqual(terminal.keys, ['escape']);
    }
    terminal.input.write('\x1b\x1b');
    await until(() => terminal.keys.length > 1);
    t.deepEqual(terminal.keys, ['escape', 'escape']);
    await terminal.send('q');
    await terminal.end;
  },
);

test.serial('a text is scrolled here, and other keys go to the state', async (t) => {
  const terminal = started({shown: help});
  await terminal.send(attributes);
  await terminal.send('\x1b[B\x1b[6~ bjk\x1b[F');
  await until(() => terminal.written().includes('100'));
  t.deepEqual(terminal.keys, []);
  t.true(terminal.written().includes('100'));
  await terminal.send('\rq');
  await terminal.end;
  t.deepEqual(terminal.keys, ['enter', 'q']);
});

test.serial('a light background that the terminal tells of changes the colours', async (t) => {
  const terminal = started();
  t.false(terminal.written().includes('\x1b[1;34m'));
  await terminal.send(`\x1b]11;rgb:ffff/ffff/ffff\x1b\\${attributes}`);
  t.true(terminal.written().includes('\x1b[1;34m'));
  await terminal.send('q');
  await terminal.end;
});

test.serial(
  'NO_COLOR and MENUCONFIG_COLOR=mono leave attributes alone, and no question is asked',
  async (t) => {
    for (const wish of [{NO_COLOR: '1'}, {MENUCONFIG_COLOR: 'mono'}]) {
      const terminal = started({environment: {TERM: 'xterm', ...wish}});
      terminal.input.write('q');
      await terminal.end;
      t.notRegex(terminal.written(), colour);
      t.false(terminal.written().includes('\x1b]11'));
    }
  },
);

test.serial('an answer that is still to come is waited for, so that the shell does not get it', async (t) => {
  const terminal = started();
  terminal.input.write('q');
  await until(() => terminal.keys.length > 0);
  terminal.input.write(`\x1b]11;rgb:0/0/0\x07${attributes}`);
  await terminal.end;
  // All of it was read here.
  t.is(terminal.input.read(), null);
  t.deepEqual(terminal.keys, ['q']);
});

test.serial('what takes time is told before it is begun', async (t) => {
  const saves: boolean[] = [];
  const terminal = started({
    press: (key) =>
      key.kind === 'text' && key.text === 's'
        ? [{kind: 'save', format: 'recipe', path: 'x', thenQuit: true}]
        : [],
    perform: async () => {
      saves.push(terminal.written().includes('Working …'));
      return 'quit';
    },
  });
  terminal.input.write(`${attributes}s`);
  await terminal.end;
  t.deepEqual(saves, [true]);
});

test.serial('keys that come while a file is written wait for it', async (t) => {
  let finish: () => void = () => undefined;
  const terminal = started({
    press: (key) =>
      key.kind === 'text' && key.text === 's'
        ? [{kind: 'load', path: 'x'}]
        : key.kind === 'text' && key.text === 'q'
          ? [{kind: 'quit'}]
          : [],
    perform: async ({kind}) => {
      if (kind === 'quit') return 'quit';
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return 'go on';
    },
  });
  terminal.input.write(`${attributes}s`);
  await until(() => terminal.keys.length > 0);
  terminal.input.write('j');
  await pause(20);
  t.deepEqual(terminal.keys, ['s']);
  finish();
  terminal.input.write('q');
  await terminal.end;
  t.deepEqual(terminal.keys, ['s', 'j', 'q']);
});

test.serial(
  'what the state or the program throws is thrown on, once the terminal is as it was',
  async (t) => {
    const thrower = started({
      press: () => {
        throw new Error('a fault');
      },
    });
    thrower.input.write('x');
    await t.throwsAsync(thrower.end, {message: 'a fault'});
    t.true(thrower.written().endsWith(restored));
    t.deepEqual(thrower.input.modes, [true, false]);
  },
);

test.serial('Ctrl-L draws everything again', async (t) => {
  const terminal = started();
  await terminal.send(attributes);
  const before = terminal.written().length;
  await terminal.send('\x0c');
  t.true(terminal.written().slice(before).includes('General setup'));
  await terminal.send('q');
  await terminal.end;
  t.deepEqual(terminal.keys, ['q']);
});

test.serial('a second Ctrl-C at once ends it as SIGINT does', async (t) => {
  const terminal = started();
  await terminal.send('\x03j\x03');
  t.deepEqual(terminal.keys, ['control', 'j', 'control']);
  terminal.input.write('\x03');
  t.deepEqual(await terminal.end, {kind: 'signal', signal: 'SIGINT'});
});

test.serial('a terminal that was closed ends it', async (t) => {
  const terminal = started();
  terminal.input.end();
  t.deepEqual(await terminal.end, {kind: 'closed'});
});

test.serial(
  'a terminal that is too small takes no keys, goes on when it grows, and can be left',
  async (t) => {
    const terminal = started();
    terminal.output.columns = 40;
    terminal.output.emit('resize');
    await terminal.send('y');
    t.deepEqual(terminal.keys, []);
    t.true(terminal.written().includes('needs 80x24'));
    terminal.output.columns = 80;
    terminal.output.emit('resize');
    await terminal.send('y');
    t.deepEqual(terminal.keys, ['y']);
    terminal.output.rows = 2;
    terminal.output.emit('resize');
    terminal.input.write('\x03');
    t.deepEqual(await terminal.end, {kind: 'signal', signal: 'SIGINT'});
  },
);

test.serial(
  'no terminal, or one that can only print lines, is one message and exit 2, with nothing written',
  async (t) => {
    const silent = Object.assign(new PassThrough(), {isTTY: false});
    for (const [input, environment, message] of [
      [silent, {TERM: 'xterm'}, /menuconfig needs a terminal/],
      [undefined, {TERM: 'dumb'}, /TERM=dumb is a terminal that can only print lines/],
      [undefined, {}, /TERM is not set/],
    ] as const) {
      const output = Object.assign(new PassThrough(), {isTTY: true});
      const terminal = Object.assign(new PassThrough(), {isTTY: true});
      const error = await t.throwsAsync(
        runTerminal(
          {press: () => [], screen: () => menu},
          {input: input ?? terminal, output, environment, perform: async () => 'go on'},
        ),
        {instanceOf: KbuildError, message},
      );
      t.is((error as KbuildError).exit, 2);
      t.is(output.read(), null);
    }
  },
);
