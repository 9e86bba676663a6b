import test from 'ava';
import {KbuildError} from '../../../src/base/diagnostic.ts';
import {debianTargets, findMirror, withoutUser} from '../../../src/build/debian/mirror.ts';

test('the setting is the mirror, and the security archive is beside it', async (t) => {
  t.deepEqual(await findMirror({KBUILD_DEBIAN_MIRROR: 'http://mirror.invalid/debian'}), {
    debian: 'http://mirror.invalid/debian/',
    'debian-security': 'http://mirror.invalid/debian-security/',
  });
});

test('the security archive can be elsewhere', async (t) => {
  const environment = {
    KBUILD_DEBIAN_MIRROR: 'https://mirror.invalid/d/',
    KBUILD_DEBIAN_SECURITY_MIRROR: 'file:/srv/security',
  };
  t.deepEqual(await findMirror(environment), {
    debian: 'https://mirror.invalid/d/',
    'debian-security': 'file:/srv/security/',
  });
});

for (const value of ['mirror.invalid/debian', 'http://x/ main\ndeb http://y/', 'http://x/ [trusted=yes]']) {
  test(`${JSON.stringify(value)} is no mirror`, async (t) => {
    const error = await t.throwsAsync(findMirror({KBUILD_DEBIAN_MIRROR: value}), {instanceOf: KbuildError});
    t.is(error.exit, 2);
    t.is(error.diagnostics[0]?.code, 'bad-mirror');
  });
}

test('a setting that may hold a password is not shown', async (t) => {
  const environment = {KBUILD_DEBIAN_MIRROR: 'http://somebody:sec ret@mirror.invalid/debian'};
  const error = await t.throwsAsync(findMirror(environment), {instanceOf: KbuildError});
  t.notRegex(JSON.stringify(error.diagnostics), /ret@|sec /);
});

test('user and password are taken out of addresses, and nothing else', (t) => {
  t.is(withoutUser('E: http://u:p@ss@h/debian/ x'), 'E: http://h/debian/ x');
  t.is(withoutUser('proxy socks5h://u@h:1080'), 'proxy socks5h://h:1080');
  const plain = 'https://h/pool/a@b.deb copy:/srv/m@irror <ftpmaster@debian.org>';
  t.is(withoutUser(plain), plain);
});

test('of the machine’s sources, Debian’s are taken and those of others left out', (t) => {
  const text = [
    'https://others.invalid/linux/debian/|bookworm|stable|',
    'http://others.invalid/node/|nodistro|main|',
    'http://others.invalid/sql/|bookworm-pgdg|main|',
    'http://others.invalid/debian/|bookworm|main|Ubuntu',
    'http://mirror.invalid/debian/|bookworm-updates|main|',
    'http://mirror.invalid/debian/|bookworm|main|Debian',
    'http://mirror.invalid/security|bookworm-security|main|Debian',
  ].join('\n');
  t.deepEqual(debianTargets(text), {
    debian: 'http://mirror.invalid/debian/',
    'debian-security': 'http://mirror.invalid/security/',
  });
});
