import {copyFile, mkdir, readFile, realpath, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {neededLibraries, requireLibraries} from '../../src/image/libraries.ts';
import {smallSpec} from './small-image.ts';
import {temporaryDirectory} from './temporary.ts';

/** A program of this machine that is linked to the C library. */
const program = await realpath('/usr/bin/env');
const cLibrary = './usr/lib/x86_64-linux-gnu/libc.so.6';

async function specWithProgram(dir: string) {
  const spec = await smallSpec(dir);
  const overlay = join(dir, 'programs');
  await mkdir(join(overlay, 'usr/sbin'), {recursive: true});
  await copyFile(program, join(overlay, 'usr/sbin/engine'));
  return {...spec, image: {...spec.image, overlays: [...spec.image.overlays, overlay]}};
}

test('a program is laid over a root that has the libraries it needs', async (t) => {
  const spec = await specWithProgram(await temporaryDirectory(t));
  await t.notThrowsAsync(requireLibraries(spec, ['./etc/', cLibrary]));
});

test('a library that is missing, or lies where nobody looks, is bad input that names program and library', async (t) => {
  const spec = await specWithProgram(await temporaryDirectory(t));
  for (const paths of [[], ['./opt/lib/libc.so.6'], ['./usr/share/doc/libc.so.6/copyright']]) {
    const error = await t.throwsAsync(requireLibraries(spec, paths), {instanceOf: KbuildError});
    t.regex(error.message, /image host of recipe small lacks .*: \/usr\/sbin\/engine needs libc\.so\.6/);
  }
});

test('a library that an overlay brings counts', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await specWithProgram(dir);
  await mkdir(join(dir, 'programs/usr/local/lib'), {recursive: true});
  await writeFile(join(dir, 'programs/usr/local/lib/libc.so.6'), 'a library');
  await t.notThrowsAsync(requireLibraries(spec, []));
});

test('a library that is named by its path is left to the program', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await specWithProgram(dir);
  const engine = join(dir, 'programs/usr/sbin/engine');
  const text = (await readFile(program)).toString('latin1');
  t.true(text.includes('\0libc.so.6\0'));
  await writeFile(engine, Buffer.from(text.replace('\0libc.so.6\0', '\0./lb.so.6\0'), 'latin1'));
  t.deepEqual(
    neededLibraries(await readFile(engine)).libraries.filter((name) => name.startsWith('.')),
    ['./lb.so.6'],
  );
  await t.notThrowsAsync(
    requireLibraries(
      spec,
      neededLibraries(await readFile(program)).libraries.map((name) => `./usr/lib/${name}`),
    ),
  );
});

test('what is no program, and a program that is cut short, needs nothing', async (t) => {
  const whole = await readFile(program);
  t.true(neededLibraries(whole).libraries.includes('libc.so.6'));
  t.deepEqual(neededLibraries(Buffer.from('#!/bin/sh\n')).libraries, []);
  for (const length of [4, 63, 64, 100, 400, whole.length >> 1]) {
    t.notThrows(() => neededLibraries(whole.subarray(0, length)));
  }
});
