/**
 * Records what the `conf` of kernel trees says, for the tests of messages and of sessions:
 *
 *     node dist/prove/conf-goldens.js --tree DIR [--tree DIR…]
 *
 * Each tree gives fixtures/messages/DIALECT.json and fixtures/sessions/DIALECT.json, by the dialect of its tool.
 */

import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {recogniseDialect} from '../src/kconfig/index.ts';
import {buildOracle} from './oracle/build.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures');

/** Texts are latin1, a character for each byte. */
type Files = Readonly<Record<string, string>>;
type Recorded = {status: number | null; stdout: string; stderr: string; config?: string};
type Session = {
  readonly mode: string;
  readonly kconfig?: string;
  readonly config?: string;
  readonly input: string;
};

function record(conf: string, argv: readonly string[], files: Files, input = ''): Recorded {
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-goldens-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), {recursive: true});
      writeFileSync(join(folder, path), text, 'latin1');
    }
    const ran = spawnSync(conf, argv, {
      cwd: folder,
      env: {PATH: process.env.PATH},
      encoding: 'latin1',
      input: Buffer.from(input, 'latin1'),
      timeout: 10_000,
    });
    const {status, stdout, stderr} = ran;
    if (status !== 0) return {status, stdout, stderr};
    return {status, stdout, stderr, config: readFileSync(join(folder, '.config'), 'latin1')};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** What the tools of other trees are called, and the goal that prints such a tree's version. */
const origins: Readonly<Record<string, {readonly tool: string; readonly goal: string}>> = {
  'u-boot': {tool: 'scripts/kconfig/conf of U-Boot', goal: 'ubootversion'},
  buildroot: {tool: 'support/kconfig/conf of Buildroot', goal: 'print-version'},
};

function readCases(folder: string): unknown {
  return JSON.parse(readFileSync(join(fixtures, folder, 'cases.json'), 'utf8'));
}

function write(folder: string, dialect: string, goldens: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(fixtures, folder, `${dialect}.json`), `${JSON.stringify(goldens, null, 2)}\n`);
}

const {values} = parseArgs({options: {tree: {type: 'string', multiple: true}}});
for (const name of values.tree ?? []) {
  const tree = resolve(name);
  const readTree = (path: string) =>
    existsSync(join(tree, path)) ? readFileSync(join(tree, path), 'latin1') : undefined;
  const dialect = recogniseDialect(readTree)!;
  const out = mkdtempSync(join(tmpdir(), 'kbuild-oracle-'));
  const {conf} = await buildOracle(tree, out);
  const {tool, goal} = origins[dialect.name] ?? {
    tool: 'scripts/kconfig/conf of Linux',
    goal: 'kernelversion',
  };
  const version = spawnSync('make', ['-s', '-C', tree, goal], {encoding: 'utf8'}).stdout.trim();
  const oracle = `${tool} ${version}`;

  const messages = Object.entries(readCases('messages') as Readonly<Record<string, Files>>);
  const said = messages
    .map(([title, files]) => [title, record(conf, ['--alldefconfig', 'Kconfig'], files)] as const)
    // Where the tool crashes nothing can be compared with it.
    .filter(([, {status}]) => status !== null);
  write('messages', dialect.name, {oracle, said: Object.fromEntries(said)});

  const {kconfig, sessions} = readCases('sessions') as {kconfig: string; sessions: Record<string, Session>};
  const modules = dialect.modulesKeyword ? 'modules' : 'option modules';
  const held = Object.entries(sessions).map(([title, {mode, kconfig: own, config, input}]) => {
    const text = (own ?? kconfig).replace('MODULESOPTION', modules);
    const files = {Kconfig: text, ...(config === undefined ? {} : {'.config': config})};
    return [title, record(conf, [`--${mode}`, 'Kconfig'], files, input)];
  });
  write('sessions', dialect.name, {oracle, held: Object.fromEntries(held)});
  rmSync(out, {recursive: true, force: true});
}
