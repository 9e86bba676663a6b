/** Makes one file of the modules of `kbuild conf`, and keeps the code that V8 comes to when it runs. */

import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {buildSync} from 'esbuild';

const dist = resolve(import.meta.dirname, '..');
const root = resolve(dist, '..');

function run(argv: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = process.env): void {
  const {status, error} = spawnSync(argv[0]!, argv.slice(1), {
    cwd,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${argv.join(' ')} failed`, {cause: error});
}

buildSync({
  entryPoints: [join(dist, 'src/conf/index.js')],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'iife',
  globalName: 'conf',
  minify: true,
  banner: {js: '(function (require) {'},
  footer: {js: 'return conf; })'},
  logLevel: 'warning',
  outfile: join(dist, 'conf/conf.js'),
});

const folder = mkdtempSync(join(tmpdir(), 'kbuild-bundle-'));
try {
  const environment = {...process.env, VERSION: '1', KBUILD_CACHE: folder, KBUILD_CONF_KEEP_CODE: dist};
  const conf = [join(root, 'bin/kbuild-conf'), '--olddefconfig', join(root, 'bundle/Kconfig')];
  run(conf, folder, environment);
  // Once more, with what that run remembered: of most runs, what they take from memory is all they need.
  rmSync(join(dist, 'conf/conf.code'));
  run(conf, folder, environment);
} finally {
  rmSync(folder, {recursive: true, force: true});
}
