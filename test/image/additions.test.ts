import {lstat, readFile, readlink, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../src/base/diagnostic.ts';
import {captureStep} from '../../src/base/process.ts';
import {stageAdditions} from '../../src/image/additions.ts';
import {overlayInputs} from '../../src/image/overlay.ts';
import {smallSpec, writeTree} from './small-image.ts';
import {temporaryDirectory} from './temporary.ts';

const identity = {rootPartUuid: 'r-uuid', espPartUuid: 'e-uuid', release: {role: 'host'}};

test('a root gets its overlays, its units enabled, and its own files', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await smallSpec(dir);
  const to = join(dir, 'additions');
  await stageAdditions(spec, identity, join(dir, 'root'), to);
  t.is(await readFile(join(to, 'etc/motd'), 'utf8'), 'hello\n');
  t.is(await readFile(join(to, 'etc/hostname'), 'utf8'), 'host\n');
  t.is(await readFile(join(to, 'etc/machine-id'), 'utf8'), '');
  t.regex(await readFile(join(to, 'etc/fstab'), 'utf8'), /^PARTUUID=r-uuid \/ ext4 /m);
  const wants = join(to, 'etc/systemd/system/multi-user.target.wants');
  t.is(await readlink(join(wants, 'given.service')), '/usr/lib/systemd/system/given.service');
  t.is(await readlink(join(wants, 'own.service')), '/usr/lib/systemd/system/own.service');
  t.is((await lstat(join(to, 'root/.ssh/authorized_keys'))).mode & 0o777, 0o600);
  t.is((await lstat(join(to, 'root/.ssh'))).mode & 0o777, 0o700);
});

test('files that the spec itself has win over those of overlays', async (t) => {
  const dir = await temporaryDirectory(t);
  const files = {'/etc/motd': 'tuned\n', '/etc/sysctl.d/zz.conf': 'vm.swappiness = 1\n'};
  const to = join(dir, 'additions');
  await stageAdditions({...(await smallSpec(dir)), files}, identity, join(dir, 'root'), to);
  t.is(await readFile(join(to, 'etc/motd'), 'utf8'), files['/etc/motd']);
  t.is(await readFile(join(to, 'etc/sysctl.d/zz.conf'), 'utf8'), files['/etc/sysctl.d/zz.conf']);
});

test('variables are words of the shell, whatever they hold', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await smallSpec(dir);
  const value = '*(rw,a=$HOME) `x` "y" \\ # ;';
  const image = {...spec.image, variables: {pool: {layout: 'mirror', exports: value}}};
  const to = join(dir, 'additions');
  await stageAdditions({...spec, image}, identity, join(dir, 'root'), to);
  const path = join(to, 'etc/kbuild/pool.conf');
  t.regex(await readFile(path, 'utf8'), /^# .* the recipe small was made with.*\nlayout='mirror'\n/);
  const {stdout} = await captureStep(['sh', '-c', '. "$1"; printf "%s\\n" "$layout" "$exports"', 'sh', path]);
  t.is(stdout, `mirror\n${value}\n`);
});

test('a unit that nothing brings is bad input that names recipe, role and unit', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = await smallSpec(dir);
  const wrong = {...spec, image: {...spec.image, enable: ['nsf-server.service']}};
  const error = await t.throwsAsync(stageAdditions(wrong, identity, join(dir, 'root'), join(dir, 'to')), {
    instanceOf: KbuildError,
  });
  t.regex(error.message, /image host of recipe small enables nsf-server\.service, which is in none/);
});

test('no key given means no file for keys', async (t) => {
  const dir = await temporaryDirectory(t);
  const spec = {...(await smallSpec(dir)), access: {authorizedKeys: []}};
  await stageAdditions(spec, identity, join(dir, 'root'), join(dir, 'to'));
  await t.throwsAsync(lstat(join(dir, 'to/root')), {code: 'ENOENT'});
});

test('an overlay that changes in content, mode or names is another input', async (t) => {
  const dir = await temporaryDirectory(t);
  await writeTree(dir, {'a/etc/x': '1', 'b/etc/x': '1'});
  t.deepEqual(await overlayInputs(join(dir, 'a')), await overlayInputs(join(dir, 'b')));
  await writeFile(join(dir, 'b/etc/x'), '2');
  t.notDeepEqual(await overlayInputs(join(dir, 'a')), await overlayInputs(join(dir, 'b')));
  await rm(join(dir, 'b/etc/x'));
  await writeFile(join(dir, 'b/etc/x'), '1', {mode: 0o755});
  t.notDeepEqual(await overlayInputs(join(dir, 'a')), await overlayInputs(join(dir, 'b')));
});

test('an overlay that is not there is bad input', async (t) => {
  await t.throwsAsync(overlayInputs('/nonexistent/overlay'), {message: /there is no overlay/});
});
