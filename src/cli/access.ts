/** Who may log in to the images: keys and a password hash, from files the caller names. */

import {badInput} from '../base/diagnostic.ts';

/** sshd(8), AUTHORIZED_KEYS FILE FORMAT: optional options, the key type, the key, a comment. */
const publicKey =
  /(?:^|\s)(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh|ecdsa)-\S+@openssh\.com) AAAA\S+/;

/** crypt(5): `$id$…`. Plain text, DES and locked accounts are not of this form. */
const passwordHash = /^\$(?:y|gy|7|2[aby]|6|5)\$[./A-Za-z0-9$=,]+$/;

/**
 * The keys of a file, one a line.
 * @throws KbuildError (2) for a private key, and for a line that is no public key
 */
export function readAuthorizedKeys(file: string, text: string): readonly string[] {
  if (text.includes('PRIVATE KEY-----')) {
    throw badInput('private-key', `${file} is a private key`, {hint: `give the public one: ${file}.pub`});
  }
  const keys = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = keys.find((key) => !publicKey.test(key) || /\p{Cc}/u.test(key));
  if (keys.length > 0 && wrong === undefined) return keys;
  throw badInput(
    'no-public-key',
    `${file} has ${keys.length === 0 ? 'no key' : 'a line that is no SSH public key'}`,
    {
      hint: 'a line begins with ssh-ed25519, ssh-rsa or ecdsa-sha2-nistp256',
    },
  );
}

/**
 * The password hash of a file's only line.
 * @throws KbuildError (2) for what is no hash. The text is not shown: it may be a password.
 */
export function readPasswordHash(file: string, text: string): string {
  const hash = text.trim();
  if (passwordHash.test(hash)) return hash;
  throw badInput('no-password-hash', `${file} does not hold one password hash of crypt(5)`, {
    hint: 'make one with: mkpasswd --method=yescrypt, or: openssl passwd -6',
  });
}
