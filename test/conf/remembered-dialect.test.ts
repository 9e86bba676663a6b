import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {Memory} from '../../src/conf/memory.ts';
import {rememberedDialect} from '../../src/conf/remembered-dialect.ts';
import {dialects, linux61} from '../../src/kconfig/index.ts';

function withTree(use: (write: (name: string, text: string) => void, recognise: () => string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-dialect-'));
  const memory = new Memory(join(folder, 'memory'));
  mkdirSync(join(folder, 'tree'));
  const write = (name: string, text: string) => {
    const path = join(folder, 'tree', name);
    writeFileSync(path, text);
    utimesSync(path, 1, 1);
  };
  /** The dialect's name, made of two files, and whether they were read. */
  const recognise = () => {
    let read = '';
    const dialect = rememberedDialect(join(folder, 'tree'), memory, (readFile) => {
      read = ', read';
      const text = readFile('one');
      return text === undefined ? undefined : {...linux61, name: `${text} ${readFile('two') ?? ''}`};
    });
    return `${dialect?.name}${read}`;
  };
  try {
    use(write, recognise);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

test('The files that tell the dialect of a tree are read again when one of them changes, comes or goes.', (t) => {
  withTree((write, recognise) => {
    write('one', '1');
    t.is(recognise(), '1 , read');
    t.is(recognise(), '1 ');
    write('two', '2');
    t.is(recognise(), '1 2, read');
    t.is(recognise(), '1 2');
    write('one', '3');
    t.is(recognise(), '3 2, read');
    t.is(recognise(), '3 2');
  });
});

test('A tree that shows no dialect is looked at each time.', (t) => {
  withTree((_write, recognise) => {
    t.is(recognise(), 'undefined, read');
    t.is(recognise(), 'undefined, read');
  });
});

test('A dialect is the same after it was remembered.', (t) => {
  for (const dialect of dialects) {
    const features = Object.entries(dialect).filter(([, value]) => value !== undefined);
    t.deepEqual(JSON.parse(JSON.stringify(dialect)), Object.fromEntries(features));
  }
});
