/** Runs `kbuild conf` as a process, in a folder of its own. */

import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';

const entry = resolve(import.meta.dirname, '../../src/cli/main.js');
const program = resolve(import.meta.dirname, '../../../bin/kbuild-conf');

export type Ran = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Every file that is there afterwards, by its path. */
  readonly files: Readonly<Record<string, string>>;
};

export type Surroundings = {
  readonly files: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
};

/** What a run leaves: its words, its exit code, its files. Texts are latin1, a character for each byte. */
export function conf(argv: readonly string[], surroundings: Surroundings): Ran {
  return kbuildIn(['conf', ...argv], surroundings);
}

/** The same of the program that stands for scripts/kconfig/conf. */
export function ownConf(argv: readonly string[], surroundings: Surroundings): Ran {
  return runIn([program, ...argv], surroundings);
}

/** The same of any command. */
export function kbuildIn(argv: readonly string[], surroundings: Surroundings): Ran {
  return runIn([process.execPath, entry, ...argv], surroundings);
}

function runIn(argv: readonly string[], {files, input = '', environment = {}}: Surroundings): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-conf-test-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), {recursive: true});
      writeFileSync(join(folder, path), text, 'latin1');
    }
    const {status, stdout, stderr} = spawnSync(argv[0]!, argv.slice(1), {
      cwd: folder,
      env: {PATH: process.env.PATH, KBUILD_CONF_NAME: 'conf', KBUILD_CONF_MEMORY: '0', ...environment},
      encoding: 'latin1',
      input: Buffer.from(input, 'latin1'),
      timeout: 60_000,
    });
    return {status, stdout, stderr, files: filesIn(folder)};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function filesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, {recursive: true, encoding: 'utf8'}).sort();
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path), 'latin1')]),
  );
}
