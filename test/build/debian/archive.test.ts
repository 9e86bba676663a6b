import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {archiveOf, errorLines, resolvePackages} from '../../../src/build/debian/archive.ts';
import {runs} from '../engines/host-root.ts';
import {temporaryDirectory, temporaryWorkshop} from '../engines/workshop.ts';

const usable =
  (await runs('apt-get', '--version')) &&
  (await runs('test', '-e', '/usr/share/keyrings/debian-archive-keyring.gpg'));
const withApt = usable ? test : test.skip;

withApt('only this user can read the addresses that apt is given', async (t) => {
  const workshop = temporaryWorkshop(t);
  const address = `file:${temporaryDirectory(t)}/`;
  const mirror = {debian: address, 'debian-security': address};
  const set = {name: 'small', packages: ['bc'], closure: 'none'} as const;
  const archive = archiveOf(workshop, mirror, {suite: 'bookworm', architecture: 'amd64'}, set);
  const error = await t.throwsAsync(resolvePackages(workshop, archive, set), {instanceOf: KbuildError});
  t.is(error.exit, 1);
  t.regex(readFileSync(join(archive.root, 'sources.list'), 'utf8'), /file:/);
  for (const name of ['sources.list', 'apt.conf'])
    t.is(statSync(join(archive.root, name)).mode & 0o777, 0o600, name);
});

test('what is not free is looked for only where a set says so', (t) => {
  const workshop = temporaryWorkshop(t);
  const mirror = {debian: 'file:/a/', 'debian-security': 'file:/b/'};
  const set = {name: 'small', packages: ['bc'], closure: 'none'} as const;
  const archive = (component?: 'non-free') =>
    archiveOf(
      workshop,
      mirror,
      {suite: 'bookworm', architecture: 'amd64'},
      {
        ...set,
        ...(component === undefined ? {} : {component}),
      },
    );
  t.deepEqual(archive().components, ['main', 'contrib']);
  t.deepEqual(archive('non-free').components, ['main', 'contrib', 'non-free']);
  t.not(archive().root, archive('non-free').root);
});

test('apt’s errors are shown without the passwords of addresses', (t) => {
  t.is(errorLines('W: odd\nE: Failed to fetch http://u:p@h/x  401\n'), 'Failed to fetch http://h/x  401');
});
