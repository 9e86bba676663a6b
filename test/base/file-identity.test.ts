import {mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {areUnchanged, packWitnesses, witness} from '../../src/base/file-identity.ts';

function withFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kbuild-identity-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** As if it was looked at long after it was written, or at that very moment. */
const later = () => Date.now() + 10_000;
const atOnce = 0;

const areSame = (...seen: readonly ReturnType<typeof witness>[]) => areUnchanged(packWitnesses(seen));

test('A file whose stat data are the same is taken to be the same, and one with others to be another.', (t) => {
  withFolder((folder) => {
    const path = join(folder, 'file');
    writeFileSync(path, 'text');
    const seen = witness(path, later());
    t.true(areSame(seen));
    utimesSync(path, 1, 1);
    t.false(areSame(seen));
  });
});

test('Where the stat data differ or prove nothing, the digest of the content decides.', (t) => {
  withFolder((folder) => {
    const [path, racy] = [join(folder, 'file'), join(folder, 'racy')];
    writeFileSync(path, 'text');
    writeFileSync(racy, 'text');
    const seen = [witness(racy, atOnce), witness(path, later(), 'text')];
    t.true(areSame(...seen));
    utimesSync(path, 1, 1);
    utimesSync(racy, 1, 1);
    t.true(areSame(...seen));
    writeFileSync(path, 'next');
    t.false(areSame(...seen));
    writeFileSync(path, 'text');
    t.true(areSame(...seen));
    writeFileSync(racy, 'next');
    t.false(areSame(...seen));
  });
});

test('The content counts, not what the stat data say, of a file that was written as it was looked at.', (t) => {
  withFolder((folder) => {
    const path = join(folder, 'file');
    writeFileSync(path, 'text');
    const {stat, ...seen} = witness(path, atOnce, 'other');
    t.false(areSame({...seen, stat: stat!}));
    t.true(areSame({path, stat: stat!}));
  });
});

test('Where nothing was, nothing may be; and what cannot be there is not looked for.', (t) => {
  withFolder((folder) => {
    const absent = join(folder, 'ab\xe4sent');
    const gone = join(folder, 'gone');
    writeFileSync(gone, '');
    const seen = [witness(join(folder, 'a\0b'), later()), witness(absent, later())];
    t.true(areSame());
    t.true(areSame(...seen));
    writeFileSync(Buffer.from(absent, 'latin1'), '');
    t.false(areSame(...seen));
    const there = witness(gone, later());
    rmSync(gone);
    t.false(areSame(there));
  });
});

test('Broken witnesses show nothing.', (t) => {
  withFolder((folder) => {
    const whole = packWitnesses([witness(folder, later()), witness(join(folder, 'absent'), later())]);
    t.true(areUnchanged(whole));
    t.false(areUnchanged(new Uint8Array()));
    t.false(areUnchanged(new Uint8Array(whole.length)));
    for (const rows of [Number.NaN, -5, 1, 1.5, 3, 1e18]) {
      const broken = Uint8Array.from(whole);
      new DataView(broken.buffer).setFloat64(0, rows, true);
      t.false(areUnchanged(broken), `${rows} rows`);
    }
  });
});
