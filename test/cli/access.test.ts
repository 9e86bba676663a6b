import test from 'ava';
import {readAuthorizedKeys, readPasswordHash} from '../../src/cli/access.ts';

test('public keys are taken with their options and comments', (t) => {
  const keys = [
    'ssh-rsa AAAAB3Nz me@here',
    'from="10.0.0.0/8" ssh-ed25519 AAAAC3Nz',
    'sk-ssh-ed25519@openssh.com AAAAGnNr',
  ];
  t.deepEqual(readAuthorizedKeys('k', `# mine\n\n${keys.join('\r\n')}\n`), keys);
});

test('a private key is refused, with the name of the public one', (t) => {
  const error = t.throws(() => readAuthorizedKeys('id', '-----BEGIN OPENSSH PRIVATE KEY-----\n'));
  t.regex(error?.message ?? '', /id is a private key/);
});

test('a file without a key is refused', (t) => {
  t.throws(() => readAuthorizedKeys('k', '# none\n'), {message: /has no key/});
  t.throws(() => readAuthorizedKeys('k', 'ssh-rsa AAAA\nhello\n'), {message: /no SSH public key/});
});

test('a password hash is taken, and a password is refused without being shown', (t) => {
  t.is(readPasswordHash('h', '$y$j9T$salt$hash./\n'), '$y$j9T$salt$hash./');
  const error = t.throws(() => readPasswordHash('h', 'hunter2\n'));
  t.notRegex(error?.message ?? '', /hunter2/);
});
