import test from 'ava';
import {faultOf} from '../../src/cli/faults.ts';

function faultOfSystem(code: string): readonly [number, string | undefined] {
  const error = Object.assign(new Error(`${code}: so it is, open '/x'`), {code, syscall: 'open'});
  const {exit, diagnostics} = faultOf(error, new AbortController().signal);
  return [exit, diagnostics[0]?.code];
}

test('errors of the file system that a user can cure are no bugs', (t) => {
  for (const code of ['EACCES', 'EBUSY', 'EEXIST', 'ENOTEMPTY', 'ENFILE']) {
    t.deepEqual(faultOfSystem(code), [1, 'file-access']);
  }
  for (const code of ['ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP']) {
    t.deepEqual(faultOfSystem(code), [2, 'file-access']);
  }
});

test('a full disk is said to be one, wherever it is', (t) => {
  for (const code of ['ENOSPC', 'EDQUOT']) t.deepEqual(faultOfSystem(code), [1, 'disk-full']);
});
