import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import test from 'ava';

/** What each room may import besides itself, as docs/ARCHITECTURE.md draws it. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kconfig: ['base'],
  conf: ['base', 'kconfig'],
  solve: ['base', 'kconfig'],
  recipe: ['base', 'kconfig', 'solve'],
  // kconfig: the build reads the Kconfig of a source, since its probes run in the container.
  build: ['base', 'recipe', 'kconfig'],
  image: ['base', 'recipe', 'build'],
  tunables: ['base', 'recipe'],
  boot: ['base', 'recipe', 'image', 'tunables'],
  picture: ['base', 'recipe', 'boot'],
  job: ['base', 'kconfig', 'recipe', 'build', 'image', 'tunables', 'boot'],
  report: ['base', 'kconfig', 'job'],
  // conf: a .config is replaced as conf does.
  menuconfig: ['base', 'kconfig', 'conf', 'recipe', 'solve'],
  cli: [
    'base',
    'kconfig',
    'conf',
    'recipe',
    'build',
    'image',
    'tunables',
    'boot',
    'picture',
    'job',
    'report',
    'menuconfig',
  ],
};

const sourceFolder = resolve(import.meta.dirname, '../../src');

type Import = {readonly file: string; readonly from: string};

function imports(room: string): readonly Import[] {
  const files = readdirSync(join(sourceFolder, room), {recursive: true, encoding: 'utf8'});
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(sourceFolder, room, file), 'utf8');
      const found = text.matchAll(/(?:^(?:import|export)\b[^'"`;]*?from |\bimport\(|^import )'([^']+)'/gm);
      return [...found].map((match) => ({file: `${room}/${file}`, from: match[1]!}));
    });
}

/** The file below src that a relative import names; undefined for a package. */
function target({file, from}: Import): string | undefined {
  return from.startsWith('.')
    ? relative(sourceFolder, resolve(sourceFolder, dirname(file), from))
    : undefined;
}

const rooms = readdirSync(sourceFolder, {withFileTypes: true}).filter((entry) => entry.isDirectory());

test('imports are found where they are, late ones too', (t) => {
  const found = imports('cli').filter(({file}) => file === 'cli/start.ts' || file === 'cli/run.ts');
  t.true(found.some(({from}) => from === '../job/index.ts'));
  t.true(found.some(({from}) => from === './commands/recipe.ts'));
  t.true(found.some(({from}) => from === 'commander'));
});

test('every room is in the picture', (t) => {
  t.deepEqual(
    rooms.map(({name}) => name).filter((name) => arrows[name] === undefined),
    [],
  );
});

for (const [room, allowed] of Object.entries(arrows)) {
  test(`${room} imports ${allowed.length === 0 ? 'no other room' : `only ${allowed.join(', ')}`}`, (t) => {
    const wrong = imports(room).filter((one) => {
      const path = target(one);
      const other = path?.split('/')[0];
      return path !== undefined && other !== room && !allowed.includes(other!);
    });
    t.deepEqual(wrong, []);
  });
}

test('kconfig imports no module of Node and no package, so that it runs anywhere', (t) => {
  t.deepEqual(
    imports('kconfig').filter((one) => target(one) === undefined),
    [],
  );
});

test('base/diagnostic, which kconfig takes along, imports nothing', (t) => {
  const text = readFileSync(join(sourceFolder, 'base/diagnostic.ts'), 'utf8');
  t.notRegex(text, /^import/m);
});

test('every relative import ends in .ts', (t) => {
  const wrong = rooms
    .flatMap(({name}) => imports(name))
    .filter(({from}) => from.startsWith('.') && !from.endsWith('.ts'));
  t.deepEqual(wrong, []);
});
