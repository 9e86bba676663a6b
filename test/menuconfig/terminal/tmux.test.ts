import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const demo = resolve(import.meta.dirname, 'demo.js');

type Tmux = {
  run(...words: string[]): string;
  send(...keys: string[]): void;
  /** The screen as soon as it is so; a busy machine may take its time. */
  shows(isSo: (text: string) => boolean): Promise<string>;
  readonly pid: number;
};

/** A real terminal of 80x24 with the demo in a shell, on a server of its own. */
async function inTmux(t: ExecutionContext, drive: (tmux: Tmux) => Promise<void>): Promise<void> {
  if (!hasTmux) {
    t.log('left out: there is no tmux here');
    t.pass();
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-tmux-'));
  const environment = {PATH: process.env.PATH, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', HOME: folder};
  const run = (...words: string[]): string =>
    execFileSync('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...words], {
      env: environment,
      encoding: 'utf8',
    });
  try {
    run('-u', 'new-session', '-d', '-c', folder, '-x', '80', '-y', '24', 'PS1="$ " exec sh -i');
    const tmux: Tmux = {
      run,
      send: (...keys) => void run('send-keys', ...keys),
      async shows(isSo) {
        let text = '';
        for (let count = 0; count < 400; count += 1) {
          text = run('capture-pane', '-p');
          if (isSo(text)) return text;
          await pause(50);
        }
        throw new Error(`not shown in time:\n${text}`);
      },
      get pid() {
        const shell = run('display-message', '-p', '#{pane_pid}').trim();
        return Number(execFileSync('pgrep', ['-P', shell], {encoding: 'utf8'}).trim());
      },
    };
    await tmux.shows((text) => text.startsWith('$'));
    tmux.send(
      `stty -a >before; echo earlier; '${process.execPath}' '${demo}'; stty -a | cmp - before && echo same`,
      'Enter',
    );
    await tmux.shows((text) => text.includes('Driver 0'));
    await drive(tmux);
  } finally {
    spawnSync('tmux', ['-S', join(folder, 'socket'), 'kill-server']);
    rmSync(folder, {recursive: true, force: true});
  }
}

/** What was on the screen before is there again, and the modes of the line are what they were. */
async function isRestored(t: ExecutionContext, tmux: Tmux, ended: string): Promise<void> {
  const text = await tmux.shows((one) => one.includes('same') && one.includes(ended));
  t.true(text.includes('earlier'));
  t.false(text.includes('Driver'));
  t.is(tmux.run('display-message', '-p', '#{cursor_flag} #{mouse_any_flag} #{alternate_on}').trim(), '1 0 0');
}

const line = '─'.repeat(78);
const blank = ' '.repeat(78);

function boxed(text: string): string {
  return `│${text.padEnd(78)}│`;
}

test.serial(
  'in a real terminal keys change the screen, and leaving it brings back what was there',
  async (t) => {
    await inTmux(t, async (tmux) => {
      tmux.send('y', 'Down', 'Down', 'y', 'Down');
      const text = await tmux.shows((one) => one.includes('key: down') && one.includes('CONFIG_DRIVER_3'));
      t.deepEqual(text.trimEnd().split('\n').slice(6, 12), [
        `├${line}┤`,
        boxed('   [*] Driver 0'),
        boxed('   [ ] Driver 1'),
        `│   [*] Zstandard 圧縮${blank.slice(21)}│`,
        boxed('   [ ] Driver 3'),
        boxed('   [ ] Driver 4'),
      ]);
      t.is(
        tmux.run('display-message', '-p', '#{cursor_flag} #{mouse_any_flag} #{alternate_on}').trim(),
        '0 1 1',
      );
      tmux.send('q');
      await isRestored(t, tmux, 'ended: quit');
    });
  },
);

test.serial('it follows its window, and says so where that is too small', async (t) => {
  await inTmux(t, async (tmux) => {
    tmux.run('resize-window', '-x', '100', '-y', '30');
    const wide = await tmux.shows(
      (text) => text.split('\n')[2] === `┌${'─'.repeat(44)} Drivers ${'─'.repeat(45)}┐`,
    );
    t.is(wide.split('\n').length, 31);
    tmux.run('resize-window', '-x', '70', '-y', '20');
    const small = await tmux.shows((text) => text.includes('needs 80x24'));
    t.is(small.trim(), 'menuconfig needs 80x24, this is 70x20; Ctrl-C leaves');
    tmux.run('resize-window', '-x', '80', '-y', '24');
    await tmux.shows((text) => text.includes('Driver 11'));
    tmux.send('q');
    await isRestored(t, tmux, 'ended: quit');
  });
});

test.serial('a list and a text scroll in a real terminal as they are painted', async (t) => {
  await inTmux(t, async (tmux) => {
    for (let count = 0; count < 14; count += 1) tmux.send('Down');
    const text = await tmux.shows((one) => one.includes('CONFIG_DRIVER_14'));
    const rows = text
      .split('\n')
      .slice(7, 19)
      .map((one) => one.slice(1, -1).trim());
    t.deepEqual(
      rows,
      Array.from({length: 12}, (_, index) => `[ ] Driver ${index + 3}`),
    );
    t.is(text.split('\n')[6], `├───↑(-)${line.slice(7)}┤`);
    tmux.send('?');
    await tmux.shows((one) => one.includes('1-16 of'));
    tmux.send('End');
    const end = await tmux.shows((one) => one.includes('100%'));
    t.true(end.includes('line 24'));
    tmux.send('Escape');
    await tmux.shows((one) => one.includes('CONFIG_DRIVER_14'));
    tmux.send('q');
    await isRestored(t, tmux, 'ended: quit');
  });
});

test.serial('a lone Esc and a paste arrive through a real terminal', async (t) => {
  await inTmux(t, async (tmux) => {
    tmux.send('Escape');
    await tmux.shows((text) => text.includes('key: escape'));
    tmux.run('set-buffer', 'CONFIG_NFS\nqqq');
    tmux.run('paste-buffer', '-p');
    await tmux.shows((text) => text.includes('key: CONFIG_NFS qqq'));
    tmux.send('C-z');
    await tmux.shows((text) => text.includes('key: ^z'));
    tmux.send('q');
    await isRestored(t, tmux, 'ended: quit');
  });
});

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  test.serial(`${signal} ends it with the terminal as it was`, async (t) => {
    await inTmux(t, async (tmux) => {
      process.kill(tmux.pid, signal);
      await isRestored(t, tmux, `ended: signal ${signal}`);
    });
  });
}

test.serial('a fault of the state is said on the screen that was there before', async (t) => {
  await inTmux(t, async (tmux) => {
    tmux.send('f');
    await isRestored(t, tmux, 'failed: the demo fails');
  });
});

test.serial('stopped by a signal it gives the terminal back, and paints again when it goes on', async (t) => {
  await inTmux(t, async (tmux) => {
    process.kill(tmux.pid, 'SIGTSTP');
    await tmux.shows((text) => text.includes('earlier') && /^\$ ?$/m.test(text) && !text.includes('Driver'));
    tmux.send('fg', 'Enter');
    await tmux.shows((text) => text.includes('Driver 0'));
    tmux.send('y');
    await tmux.shows((text) => text.includes('[*] Driver 0'));
    tmux.send('q');
    await tmux.shows((text) => text.includes('ended: quit'));
    t.pass();
  });
});
