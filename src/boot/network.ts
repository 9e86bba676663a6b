/**
 * A private Ethernet network: a learning switch over one unix socket, to which each machine's QEMU connects
 * (`-netdev stream`: every frame behind its length, four bytes, big-endian). Any number of machines can join,
 * none listens, so that a machine that is cut off and started again simply plugs in anew. It needs no root
 * and no port number.
 */

import {createServer, type Server, type Socket} from 'node:net';

const headerBytes = 4;
const macBytes = 6;
/** Beyond this much waiting for a machine, frames to it are lost, as in any switch. */
const queueLimitBytes = 8 * 1024 * 1024;

/** Counts since the network was made. */
export type Traffic = {frames: number; bytes: number; lost: number};

export class Network {
  readonly path: string;
  readonly traffic: Traffic = {frames: 0, bytes: 0, lost: 0};
  readonly #server: Server;
  readonly #ports = new Set<Socket>();
  readonly #portOf = new Map<string, Socket>();

  private constructor(path: string, server: Server) {
    this.path = path;
    this.#server = server;
    server.on('connection', (port) => this.#plugIn(port));
  }

  /** Makes a network on a unix socket at `path`, of at most 107 bytes. */
  static async make(path: string): Promise<Network> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return new Network(path, server);
  }

  #plugIn(port: Socket): void {
    this.#ports.add(port);
    let rest: Buffer = Buffer.alloc(0);
    port.on('data', (chunk) => {
      rest = this.#forwardAll(port, rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    });
    port.on('error', () => undefined);
    port.on('close', () => {
      this.#ports.delete(port);
      for (const [mac, at] of this.#portOf) if (at === port) this.#portOf.delete(mac);
    });
  }

  /** Forwards the whole frames in `data` and gives what is left of it. */
  #forwardAll(from: Socket, data: Buffer): Buffer {
    for (const port of this.#ports) port.cork();
    let offset = 0;
    while (offset + headerBytes <= data.length) {
      const end = offset + headerBytes + data.readUInt32BE(offset);
      if (end > data.length) break;
      this.#forward(from, data.subarray(offset, end));
      offset = end;
    }
    for (const port of this.#ports) port.uncork();
    return data.subarray(offset);
  }

  #forward(from: Socket, frame: Buffer): void {
    if (frame.length < headerBytes + 2 * macBytes) return;
    const destination = frame.toString('latin1', headerBytes, headerBytes + macBytes);
    const source = frame.toString('latin1', headerBytes + macBytes, headerBytes + 2 * macBytes);
    this.traffic.frames += 1;
    this.traffic.bytes += frame.length - headerBytes;
    if (this.#portOf.get(source) !== from) this.#portOf.set(source, from);
    const known = this.#portOf.get(destination);
    if (known !== undefined) {
      if (known !== from) this.#send(known, frame);
      return;
    }
    for (const port of this.#ports) if (port !== from) this.#send(port, frame);
  }

  #send(port: Socket, frame: Buffer): void {
    if (port.writableLength > queueLimitBytes) this.traffic.lost += 1;
    else port.write(frame);
  }

  /** Unplugs everything. */
  async close(): Promise<void> {
    for (const port of this.#ports) port.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/** The hardware address of the machine at `index`: locally administered, the same in every run. */
export function hardwareAddress(index: number): string {
  return `52:54:00:6b:62:${(index + 1).toString(16).padStart(2, '0')}`;
}
