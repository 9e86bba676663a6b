import {resolve} from 'node:path';
import test from 'ava';
import {KbuildError, renderDiagnostic} from '../../src/base/diagnostic.ts';
import {readRecipe} from '../../src/recipe/read.ts';
import {kitchen, moduleText, partText, recipeText} from './kitchen.ts';

const fileSystem = {'parts/fs/m.yaml': partText('fs/m', 'modules: [m]'), 'modules/m.yaml': moduleText('m')};
const hint = '\n  hint: take one of the two out, or say with `when` where each counts';

test('a part that cannot be beside a module is refused with both places and the reason', async (t) => {
  const {faults} = await kitchen(t, {
    ...fileSystem,
    'r.yaml': recipeText('r', 'use: [gpu, fs/m]'),
    's.yaml': recipeText('s', 'use: [gpu]', 'modules: [m]'),
    'u.yaml': recipeText('u', 'use: [outer, gpu]'),
    'alone.yaml': recipeText('alone', 'use: [gpu]'),
    'parts/gpu.yaml': partText('gpu', 'conflicts: [{module: m, why: it cannot reach that}]'),
    'parts/outer.yaml': partText('outer', 'modules: [n]'),
    'modules/n.yaml': moduleText('n', 'needs: [m]'),
  });
  const said = 'error[parts-conflict]: gpu cannot be beside modules/m';
  t.deepEqual(await faults('r'), [`r.yaml:4:7: ${said} (parts/fs/m.yaml:3:11): it cannot reach that${hint}`]);
  t.deepEqual(await faults('s'), [`s.yaml:4:7: ${said} (s.yaml:5:11): it cannot reach that${hint}`]);
  t.deepEqual(await faults('u'), [
    `u.yaml:4:14: ${said} (parts/outer.yaml:3:11): it cannot reach that${hint}`,
  ]);
  t.deepEqual(await faults('alone'), []);
});

test('a part that cannot be beside another is refused where both count, and only there', async (t) => {
  const {faults, faultsWith} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a, {part: b, when: {kernel: ">=6.2"}}]'),
    's.yaml': recipeText('s', 'use: [a, {part: b, when: {kernel: "<6.2"}}]'),
    'p.yaml': recipeText(
      'p',
      'use: [{part: a, with: {way: "${way}"}}, {part: b, when: {kernel: "<6.2"}}]',
      'parameters: {way: {type: choice, values: [old, new], default: new, summary: the way}}',
    ),
    'parts/a.yaml': partText(
      'a',
      'parameters: {way: {type: choice, values: [old, new], default: new, summary: the way}}',
      'conflicts:',
      '  - {part: b, why: one drives the other, when: {kernel: ">=6.2"}}',
      '  - {part: b, why: nor here, when: {parameters: {way: old}}}',
    ),
    'parts/b.yaml': partText('b'),
  });
  t.deepEqual(await faults('r'), [
    `r.yaml:4:7: error[parts-conflict]: a cannot be beside b (r.yaml:4:17): one drives the other${hint}`,
  ]);
  t.deepEqual(await faults('s'), []);
  t.deepEqual(await faults('p'), []);
  t.regex((await faultsWith('p', 'way=old'))[0]!, /a cannot be beside b \(p\.yaml:4:48\): nor here/);
});

test('a conflict names a part or a module, and says why', async (t) => {
  const {faults} = await kitchen(t, {
    'r.yaml': recipeText('r', 'use: [a]'),
    'parts/a.yaml': partText('a', 'conflicts: [{part: b, module: c, why: w}, {part: b}]'),
  });
  t.deepEqual(await faults('r'), [
    'parts/a.yaml:3:13: error[wrong-value]: conflicts.0: name one of part and module',
    'parts/a.yaml:3:43: error[missing-key]: why is missing in conflicts.1',
  ]);
});

test('GPUDirect Storage on ZFS is refused with the reason, before anything is built', async (t) => {
  const {dir} = await kitchen(t, {'mine.yaml': recipeText('mine', 'use: [base/server, gpu/gds, fs/zfs]')});
  const folders = [dir, resolve(import.meta.dirname, '../../../recipes')];
  const error = await t.throwsAsync(readRecipe('mine', {folders}), {instanceOf: KbuildError});
  t.is(error.exit, 2);
  t.regex(
    renderDiagnostic(error.diagnostics[0]!),
    /mine\.yaml:4:20: error\[parts-conflict\]: gpu\/gds cannot be beside modules\/zfs \(\S*parts\/fs\/zfs\.yaml:4:11\): .*ZFS is supported by neither of its ways/,
  );
});
