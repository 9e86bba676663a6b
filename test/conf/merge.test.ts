/** `kbuild merge --compatible` against goldens of the kernel's own merge_config.sh (fixtures/kconfig-merge/make-goldens). */

import {spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {kbuildIn} from './conf.ts';

const fixtures = join(process.cwd(), 'fixtures/kconfig-merge');
const files = Object.fromEntries(
  readdirSync(join(fixtures, 'tree'), {recursive: true, encoding: 'utf8'})
    .filter((path) => path !== 'made' && path !== 'Makefile')
    .map((path) => [path, readFileSync(join(fixtures, 'tree', path), 'latin1')]),
);
const cases = new Map(
  readFileSync(join(fixtures, 'cases'), 'latin1')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name, ...argv]) => [name!, argv]),
);

/** What each case says and leaves, in the form of the goldens; one process runs them all. */
function runCases(dialect: string, names: readonly string[]): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-merge-test-'));
  try {
    for (const name of names) {
      cpSync(join(fixtures, 'tree'), join(folder, name), {recursive: true});
      rmSync(join(folder, name, 'Makefile'));
      const argv = ['merge', '--compatible', '--dialect', dialect, ...cases.get(name)!];
      writeFileSync(join(folder, name, 'argv'), argv.join('\n'));
    }
    const {stdout, stderr} = spawnSync(process.execPath, [join(import.meta.dirname, 'merge-cases.js')], {
      cwd: folder,
      env: {PATH: process.env.PATH, KBUILD_CONF_MEMORY: '0'},
      encoding: 'latin1',
      timeout: 60_000,
    });
    const errors = new Map(stderr.split(/^=== /m).map((text) => splitLine(text)));
    const found = stdout.matchAll(/^=== (\S+)\n(.*?)^=== (\d+)\n/gms);
    return new Map(
      Array.from(found, ([, name, words, code]) => {
        const parts = `exit ${code}\n--- stdout\n${words}--- stderr\n${errors.get(name!)}${filesOf(join(folder, name!))}`;
        const plain = parts.replaceAll(`${realpathSync(folder)}/${name}/`, 'FOLDER/');
        return [name!, plain.replace(/\.tmp\.config\.[A-Za-z0-9]*/g, 'TMP')];
      }),
    );
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function splitLine(text: string): readonly [string, string] {
  const end = text.indexOf('\n');
  return [text.slice(0, end), text.slice(end + 1)];
}

/** The .config files that are there; what a run leaves beside them is no golden, but must not be there. */
function filesOf(folder: string): string {
  const paths = readdirSync(folder, {recursive: true, encoding: 'utf8'});
  const left = paths.filter((path) => path.includes('tmp')).map((path) => `--- ${path}\n`);
  const written = ['.config', 'made/.config'].filter((path) => paths.includes(path));
  const texts = written.map((path) => `--- ${path}\n${readFileSync(join(folder, path), 'latin1')}`);
  return [...texts, ...left].join('');
}

for (const dialect of readdirSync(join(fixtures, 'goldens')).sort()) {
  test(`What merge_config.sh of ${dialect} says and leaves, merge --compatible does, too.`, (t) => {
    const names = readdirSync(join(fixtures, 'goldens', dialect));
    t.true(names.length >= 15);
    const ran = runCases(dialect, names);
    for (const name of names) {
      t.is(ran.get(name), readFileSync(join(fixtures, 'goldens', dialect, name), 'latin1'), name);
    }
  });
}

const merge = (...argv: string[]) => kbuildIn(['merge', ...argv], {files});

test('What did not stick fails the run, with the line that asked for it and the line in the way.', (t) => {
  const {status, stderr, files: left} = merge('-Q', 'base.config', 'two.config');
  t.is(status, 1);
  t.regex(
    stderr,
    /^two\.config:4:1: error\[value-dropped\]: NFS is n, not y: it depends on NET \[=n\] \(Kconfig:8\)$/m,
  );
  t.regex(stderr, /^two\.config:2:1: error\[unknown-symbol\]: no Kconfig file of this tree declares NFS_V5/m);
  t.true('.config' in left);
});

test('What stuck is no failure: n that is not written, and n that no Kconfig file declares.', (t) => {
  const given = {
    ...files,
    'fine.config': '# CONFIG_NFS is not set\n# CONFIG_NONE is not set\nCONFIG_CRC=n\nCONFIG_NET=yes\n',
  };
  const {status, stderr} = kbuildIn(['merge', 'empty.config', 'fine.config'], {files: given});
  t.is(stderr, '');
  t.is(status, 0);
});

test('A member of a choice is redefined by another one after it, and missed where it comes last.', (t) => {
  const given = {...files, slow: 'CONFIG_SLOW=y\n', fast: 'CONFIG_FAST=y\n', modular: 'CONFIG_SLOW=m\n'};
  t.is(kbuildIn(['merge', 'slow', 'fast'], {files: given}).status, 0);
  t.is(kbuildIn(['merge', 'fast', 'modular'], {files: given}).status, 1);
});

test('--json is one object with what was overridden, what did not stick, and what is unknown.', (t) => {
  const {status, stdout} = merge('base.config', 'two.config', '--json');
  const answer = JSON.parse(stdout) as Record<string, never>;
  t.is(status, 1);
  t.like(answer, {version: 1, command: 'merge', ok: false, exitCode: 1, config: '.config', kept: []});
  t.like(answer.overridden, {
    0: {
      name: 'CONFIG_NET',
      previous: 'CONFIG_NET=y',
      next: '# CONFIG_NET is not set',
      fragment: 'two.config',
    },
  });
  t.like(answer.unmet, {
    0: {symbol: 'QUEUES', wanted: '99 # too many', cause: 'type'},
    1: {
      symbol: 'NFS',
      wanted: 'y',
      got: 'n',
      cause: 'dependency',
      requestedAt: {file: 'two.config', line: 4},
      blocking: [{expression: 'NET [=n]', place: {file: 'Kconfig', line: 8}}],
    },
  });
  t.like(answer.unknown, {0: {symbol: 'NFS_V5', wanted: 'y'}});
});

test('Bad input is told from values that did not stick: a missing fragment, tree or folder exits 2.', (t) => {
  const fragment = merge('base.config', 'none.config');
  t.is(fragment.status, 2);
  t.regex(fragment.stderr, /The merge file 'none\.config' does not exist\. {2}Exit\./);
  t.is(merge('-O', 'none', 'base.config').status, 2);
  t.is(merge().status, 2);
  const tree = merge('--tree', 'made', 'base.config');
  t.is(tree.status, 2);
  t.regex(tree.stderr, /is no tree with a Kconfig\n {2}hint: name one with --tree DIR/);
});

test('Only to merge, no tree is needed.', (t) => {
  const {status, files: left} = kbuildIn(['merge', '-m', 'a', 'b'], {
    files: {a: 'CONFIG_A=y\nCONFIG_B=y\n', b: 'CONFIG_A=m\n'},
  });
  t.is(status, 0);
  t.is(left['.config'], 'CONFIG_B=y\n\nCONFIG_A=m\n');
});
