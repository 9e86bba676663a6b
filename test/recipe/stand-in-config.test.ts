import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {linux61, linux510, parseKconfig} from '../../src/kconfig/index.ts';
import {standInConfig} from '../../src/recipe/stand-in-config.ts';

const ownList = 'config DEFCONFIG_LIST\n\tstring\n\toption defconfig_list\n\tdefault "/boot/config"\n';

function treeWith(sourceArch: string, kconfig = '') {
  const dialect = kconfig === '' ? linux61 : linux510;
  const environment = new Map<string, string>();
  const model = parseKconfig('Kconfig', {readFile: () => kconfig, environment, shell: () => ''}, dialect);
  const texts: Readonly<Record<string, string>> = {
    'arch/x86/configs/x86_64_defconfig': 'CONFIG_X86=y\n',
    'arch/arm64/configs/defconfig': 'CONFIG_ARM64=y\n',
  };
  return {model, sourceArch, readFile: (path: string) => texts[path]};
}

/** Paths of which only the second is there. */
function machinePaths(t: ExecutionContext): readonly string[] {
  const dir = mkdtempSync(join(tmpdir(), 'machine-'));
  t.teardown(() => rmSync(dir, {recursive: true, force: true}));
  const paths = ['modules', 'etc', 'boot'].map((name) => join(dir, name));
  writeFileSync(paths[1]!, 'CONFIG_MACHINE=y\n');
  return paths;
}

test('the first .config that the machine has stands in for one that is not there', (t) => {
  const paths = machinePaths(t);
  t.deepEqual(standInConfig(treeWith('x86'), false, paths), {path: paths[1]!, text: 'CONFIG_MACHINE=y\n'});
});

test('where the machine has none, the architecture’s own does', (t) => {
  const found = standInConfig(treeWith('arm64'), false, ['/nonexistent']);
  t.deepEqual(found, {path: 'arch/arm64/configs/defconfig', text: 'CONFIG_ARM64=y\n'});
  t.is(standInConfig(treeWith('riscv'), false, ['/nonexistent']), undefined);
});

test('a tree that is compiled for another machine does not ask this one, unless it lists those files itself', (t) => {
  const paths = machinePaths(t);
  t.is(standInConfig(treeWith('x86'), true, paths)?.path, 'arch/x86/configs/x86_64_defconfig');
  t.is(standInConfig(treeWith('x86', ownList), true, paths)?.path, paths[1]);
});
