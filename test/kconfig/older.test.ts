import test from 'ava';
import * as kconfig from '../../src/kconfig/index.ts';
import {testGoldens} from './tool-goldens.ts';
import {errorsOf} from './tree.ts';

testGoldens('kconfig-older', kconfig.linux510);

test('`option modules` is of 5.10 alone, `modules` of what follows.', (t) => {
  const entry = (line: string) => `config A\n\tbool\n\t${line}\n`;
  t.deepEqual(errorsOf(entry('option modules'), kconfig.linux510), []);
  t.deepEqual(errorsOf(entry('modules'), kconfig.linux61), []);
  t.regex(errorsOf(entry('modules'), kconfig.linux510)[0]!, /^Kconfig:3: /);
  t.regex(errorsOf(entry('option modules'), kconfig.linux61)[0]!, /^Kconfig:3: /);
  t.deepEqual(errorsOf(entry('option env'), kconfig.linux510), ['Kconfig:3: invalid-option: invalid option']);
});

test('A second symbol cannot list default configurations.', (t) => {
  const list = (name: string) => `config ${name}\n\tstring\n\toption defconfig_list\n`;
  t.deepEqual(errorsOf(list('A') + list('B'), kconfig.linux510), [
    'Kconfig:6: defconfig-redefined: trying to redefine defconfig symbol',
  ]);
});
