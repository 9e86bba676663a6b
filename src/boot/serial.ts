/** The far end of a machine's serial port: a unix socket that outlives the machine's power cycles. */

import {createServer, type Server, type Socket} from 'node:net';

export class SerialPort {
  readonly path: string;
  readonly #server: Server;
  #current: Socket | undefined;

  private constructor(path: string, server: Server) {
    this.path = path;
    this.#server = server;
  }

  /** Listens on a unix socket at `path`, of at most 107 bytes. */
  static async listen(path: string): Promise<SerialPort> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return new SerialPort(path, server);
  }

  /** The next machine that plugs in. Call it before the machine is started. */
  async plugged(signal: AbortSignal): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener('abort', giveUp);
        this.#server.off('connection', take);
      };
      const take = (socket: Socket): void => {
        end();
        this.#current = socket;
        socket.on('error', () => undefined);
        resolve(socket);
      };
      const giveUp = (): void => {
        end();
        reject(signal.reason);
      };
      if (signal.aborted) giveUp();
      else {
        signal.addEventListener('abort', giveUp, {once: true});
        this.#server.on('connection', take);
      }
    });
  }

  /** Stops listening and drops the machine at the other end. */
  async close(): Promise<void> {
    this.#current?.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
