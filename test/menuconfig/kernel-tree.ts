/** The kernel tree that KBUILD_TREE names, with programs of its own scripts/kconfig to compare with. */

import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test from 'ava';
import {environmentArguments, parseEnvironment} from '../../src/base/makefile-environment.ts';
import {
  type Dialect,
  type KconfigModel,
  linux61,
  parseKconfig,
  recogniseDialect,
} from '../../src/kconfig/index.ts';
import {folderSources} from '../kconfig/tree.ts';

const path = process.env.KBUILD_TREE;
/** A test that runs only with a tree. */
export const onTree = path === undefined ? test.skip : test;
export const note = path === undefined ? ' (skipped: KBUILD_TREE does not name a kernel tree)' : '';

const fixture = resolve(import.meta.dirname, '../../../fixtures/menuconfig/menu-screens.c');

export class KernelTree {
  readonly dialect: Dialect;
  readonly build = mkdtempSync(join(tmpdir(), 'kbuild-tree-'));
  readonly environment: Readonly<Record<string, string>>;
  readonly model: KconfigModel;
  readonly defconfig: string;

  constructor() {
    this.dialect = recogniseDialect((name) => this.#readIfThere(name)) ?? linux61;
    this.#make('allnoconfig');
    const environment = parseEnvironment(this.#make(...environmentArguments));
    this.environment = Object.fromEntries(environment);
    this.model = parseKconfig('Kconfig', folderSources(path!, environment, this.build), this.dialect);
    this.defconfig = this.#read('arch/x86/configs/x86_64_defconfig');
  }

  /** A program of scripts/kconfig. */
  program(name: string): string {
    return join(this.build, 'scripts', 'kconfig', name);
  }

  /** The tree's mconf with dialogs that are read and printed; undefined without the headers of ncurses. */
  makeScreens(): string | undefined {
    const source = join(path!, 'scripts', 'kconfig');
    const folder = join(this.build, 'scripts', 'kconfig');
    const includes = [source, join(source, 'lxdialog'), join(path!, 'scripts', 'include'), folder];
    const flags = ['-w', ...includes.map((include) => `-I${include}`)];
    if (spawnSync('cc', ['-E', '-include', 'ncurses.h', '-x', 'c', '/dev/null']).status !== 0)
      return undefined;
    const objects = readdirSync(folder).filter((name) => name.endsWith('.o') && name !== 'conf.o');
    const common = join(source, 'mnconf-common.c');
    const more = existsSync(common) ? ['-DEXTRA_KEYS', common] : [];
    const program = this.program('menu-screens');
    run('cc', ...flags, '-c', join(source, 'lxdialog', 'util.c'), '-o', `${program}.items`, ...renamed);
    const parts = objects.map((name) => join(folder, name));
    run(
      'cc',
      ...flags,
      ...more,
      join(source, 'mconf.c'),
      fixture,
      ...parts,
      `${program}.items`,
      '-lncurses',
      '-o',
      program,
    );
    return program;
  }

  remove(): void {
    rmSync(this.build, {recursive: true, force: true});
  }

  #read(name: string): string {
    return readFileSync(join(path!, name), 'latin1');
  }

  #readIfThere(name: string): string | undefined {
    return existsSync(join(path!, name)) ? this.#read(name) : undefined;
  }

  #make(...goals: readonly string[]): string {
    return run('make', '-s', '-C', path!, `O=${this.build}`, 'ARCH=x86_64', ...goals);
  }
}

/** Of lxdialog's util.c only the functions of items are wanted; the others are those of menu-screens.c. */
const renamed = [
  'init_dialog',
  'end_dialog',
  'dialog_clear',
  'set_dialog_backtitle',
  'set_dialog_subtitles',
  'first_alpha',
  'saved_x',
  'saved_y',
].map((name) => `-D${name}=lxdialog_${name}`);

function run(command: string, ...argv: readonly string[]): string {
  const ran = spawnSync(command, argv, {encoding: 'latin1', maxBuffer: 2 ** 28});
  if (ran.status !== 0) throw new Error(`${command} ${argv.join(' ')}:\n${ran.stderr}`);
  return ran.stdout;
}
