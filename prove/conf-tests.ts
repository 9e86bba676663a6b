/**
 * The kernel's own tests of conf (scripts/kconfig/tests, pytest), with `kbuild conf` in the place of conf:
 *
 *     npm run conf-tests -- --tree DIR [-- pytest's options]
 *
 * Needs python3 with pytest.
 */

import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';

const entry = resolve(import.meta.dirname, '../src/cli/main.js');

const {values, positionals} = parseArgs({options: {tree: {type: 'string'}}, allowPositionals: true});
const tree = resolve(values.tree ?? '');
const tests = join(tree, 'scripts/kconfig/tests');
if (values.tree === undefined || !existsSync(join(tests, 'conftest.py'))) {
  console.error('usage: npm run conf-tests -- --tree DIR, where DIR is a kernel tree');
  process.exit(2);
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The tests take conf from scripts/kconfig of the working directory, as in a build directory. */
const build = mkdtempSync(join(tmpdir(), 'kbuild-conf-tests-'));
const conf = join(build, 'scripts/kconfig/conf');
mkdirSync(join(build, 'scripts/kconfig'), {recursive: true});
// The trees of the tests have no tool of their own that would tell the dialect.
const command = [process.execPath, entry, 'conf', '--dialect', tree].map(quoted).join(' ');
// The tests write answers until conf is gone. What is left of them has to be taken, or a test meets a broken pipe.
const drain = 'timeout 1 cat <&3 >/dev/null 2>&1 3<&- &';
writeFileSync(conf, `#!/bin/sh\nexec 3<&0\n${command} "$@"\ncode=$?\n${drain}\nexit $code\n`);
chmodSync(conf, 0o755);

const {status, error} = spawnSync(
  'python3',
  ['-B', '-m', 'pytest', tests, '-o', `cache_dir=${join(build, 'cache')}`, ...positionals],
  {cwd: build, stdio: 'inherit'},
);
rmSync(build, {recursive: true, force: true});
if (error) console.error(`python3 could not be started: ${error.message}`);
process.exit(status ?? 3);
