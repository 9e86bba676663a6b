/** Who is let in: who knows the token, and asks from a page of ours. */

import {createHash, randomBytes, timingSafeEqual} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {BlockList, isIP} from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an IP address, as sockets tell it, is this machine's to itself. */
export function isLoopback(address: string): boolean {
  const plain = withoutMapping(address);
  const version = isIP(plain);
  return version !== 0 && loopback.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

/** A socket for both versions of IP tells `::ffff:127.0.0.1`. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

export type Refusal = {readonly status: number; readonly text: string};

const cookieName = 'kbuild-menuconfig';

export class Admission {
  /** What the address that is printed carries. */
  readonly token = randomBytes(32).toString('hex');
  /**
   * The folder of the page. A cookie counts for all ports of a host, which may be other people's: it is only given to
   * who is asked for this folder, whose name they do not know.
   */
  readonly folder = `/${randomBytes(9).toString('base64url')}/`;
  readonly #names: ReadonlySet<string>;

  /** `address` is where the server was told to listen. */
  constructor(address: string) {
    this.#names = new Set(['127.0.0.1', 'localhost', '[::1]', inHost(address)]);
  }

  /** The `Set-Cookie` header that spares a page the token in its address. */
  get cookie(): string {
    return `${cookieName}=${this.token}; Path=${this.folder}; HttpOnly; SameSite=Strict`;
  }

  /** Why the request gets no answer; undefined where it does. */
  refusal(request: IncomingMessage): Refusal | undefined {
    const {host, origin} = request.headers;
    // A name that an attacker owns may lead here (DNS rebinding); the port may be another one, since ssh forwards.
    if (host === undefined || !this.#isOurs(host, request.socket.localAddress ?? '')) {
      return {status: 403, text: 'This name of the machine is not answered.'};
    }
    const isRead = request.method === 'GET';
    if (origin === undefined ? !isRead : origin !== `http://${host}`) {
      return {status: 403, text: 'Other pages are not answered.'};
    }
    // A page may be opened from anywhere by who knows the token; only it reads on.
    const site = request.headers['sec-fetch-site'];
    const isOpened = request.headers['sec-fetch-mode'] === 'navigate' && isRead;
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isOpened) {
      return {status: 403, text: 'Other pages are not answered.'};
    }
    if (!this.#knowsToken(request)) {
      return {status: 403, text: 'Open the address that kbuild menuconfig has printed: it carries a token.'};
    }
    return undefined;
  }

  #isOurs(host: string, localAddress: string): boolean {
    const name = host.toLowerCase().replace(/:\d+$/, '');
    return this.#names.has(name) || name === inHost(localAddress);
  }

  #knowsToken(request: IncomingMessage): boolean {
    const query = /[?&]token=([^&#]*)/.exec(request.url ?? '')?.[1];
    if (query !== undefined) return isSame(query, this.token);
    const cookies = (request.headers.cookie ?? '').split(/; */);
    return cookies.some(
      (one) => one.startsWith(`${cookieName}=`) && isSame(one.slice(cookieName.length + 1), this.token),
    );
  }
}

/** An address as `Host` writes it. */
function inHost(address: string): string {
  const plain = withoutMapping(address).toLowerCase();
  return isIP(plain) === 6 ? `[${plain}]` : plain;
}

/** In a time that tells nothing of how much is right, nor of how long it should be. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
