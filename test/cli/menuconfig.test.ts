import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {kbuild, scratch} from './cli.ts';
import {lookIn} from './looking.ts';

test('menuconfig without a terminal says so, with what to do instead', async (t) => {
  const {code, stderr} = await kbuild(t, 'menuconfig');
  t.is(code, 2);
  t.regex(stderr, /error\[no-terminal\]: menuconfig needs a terminal .*\n {2}hint: .*--web\n$/);
});

test('menuconfig refuses options of the page in the browser without it', async (t) => {
  const {code, stderr} = await kbuild(t, 'menuconfig', '--port', '8080');
  t.is(code, 2);
  t.regex(stderr, /--port is for a page in the browser\n {2}hint: add --web\n$/);
});

test('menuconfig tells a folder that is no tree, a recipe that is none, and a port that is none', async (t) => {
  const {dir, look} = await lookIn(t);
  const folder = await look('menuconfig', `${dir}/recipes`, '--web');
  t.is(folder.code, 2);
  t.regex(folder.stderr, /recipes is no kernel's tree/);
  const recipe = await look('menuconfig', 'mien', '--web');
  t.is(recipe.code, 2);
  t.regex(recipe.stderr, /there is no recipe mien\n {2}hint: .*mine/);
  const port = await look('menuconfig', 'mine', '--web', '--port', 'x');
  t.is(port.code, 2);
  t.regex(port.stderr, /--port x: a whole number from 0 to 65535 is expected/);
});

test('menuconfig names the .config of an output directory', async (t) => {
  const dir = await scratch(t);
  await mkdir(join(dir, 'out'));
  await writeFile(join(dir, 'out/config'), '');
  const {code, stderr} = await kbuild(t, 'menuconfig', join(dir, 'out'), '--web');
  t.is(code, 2);
  t.regex(stderr, /hint: name the \.config itself: .*out\/config\n$/);
});
