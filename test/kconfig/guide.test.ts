import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import test from 'ava';

const root = resolve(import.meta.dirname, '../../..');
const guide = readFileSync(resolve(root, 'docs/kconfig.md'), 'utf8');

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(guide);
  return found![1]!;
}

test('The example of docs/kconfig.md prints what the page says, with the package imported by its name.', (t) => {
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', block('js')], {
    cwd: root,
    encoding: 'utf8',
  });
  t.is(ran.stderr, '');
  t.is(ran.stdout, block('text'));
});

test('Each function and method that docs/kconfig.md names in code is there.', async (t) => {
  const library: Record<string, unknown> = await import('../../src/kconfig/index.ts');
  const {Merge, Session} = await import('../../src/kconfig/index.ts');
  const named = [...guide.matchAll(/`([a-zA-Z]+)\(/g)].map(([, name]) => name!);
  const missing = named.filter(
    (name) =>
      !(name in library) &&
      !(name in Session.prototype) &&
      !(name in Merge.prototype) &&
      !['readFile', 'shell', 'of'].includes(name),
  );
  t.true(named.length > 15);
  t.deepEqual(missing, []);
});
