/** QEMU's monitor (QMP): what is done to a machine from outside while it runs. A line of JSON each way. */

import type {Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {failure} from '../base/diagnostic.ts';

type Message = {
  readonly QMP?: unknown;
  readonly return?: unknown;
  readonly error?: {readonly desc: string};
  readonly event?: string;
  readonly data?: {readonly device?: string};
};

/** Nothing is told by half a line, the last of a machine whose power is cut. */
function messageIn(text: string): Message {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return {};
  }
}

export class Monitor {
  readonly #line: Socket;
  readonly #waiting = new Set<(message: Message) => void>();

  constructor(line: Socket) {
    this.#line = line;
    // Both: a machine whose power is cut resets the line, and readline tells of that again.
    line.on('error', () => undefined);
    createInterface({input: line})
      .on('line', (text) => this.#tell(messageIn(text)))
      .on('error', () => undefined);
    line.once('close', () => this.#tell({error: {desc: 'the machine has ended'}}));
    // Until it is told so, QEMU takes no other command.
    this.#say('qmp_capabilities');
  }

  /**
   * Takes a device out of its port, as the machine's own kernel lets go of it, and gives once it is gone.
   * @throws KbuildError (1) where that does not come about in time
   */
  async remove(device: string, timeoutMs: number): Promise<void> {
    const gone = this.#first(
      ({event, data, error}) =>
        (event === 'DEVICE_DELETED' && data?.device === device) || error !== undefined,
      timeoutMs,
    );
    this.#say('device_del', {id: device});
    const message = await gone;
    if (message?.event !== undefined) return;
    const why = message?.error?.desc ?? `the machine has not let go of it in ${timeoutMs / 1000} s`;
    throw failure('device-not-removed', `${device} cannot be taken out: ${why}`);
  }

  #say(command: string, given: Readonly<Record<string, string>> = {}): void {
    if (this.#line.writable) this.#line.write(`${JSON.stringify({execute: command, arguments: given})}\n`);
  }

  /** The first message like this; undefined where none came in time. */
  async #first(isIt: (message: Message) => boolean, timeoutMs: number): Promise<Message | undefined> {
    return new Promise((resolve) => {
      const end = (message: Message | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(take);
        resolve(message);
      };
      const take = (message: Message): void => {
        if (isIt(message)) end(message);
      };
      const timer = setTimeout(() => end(undefined), timeoutMs);
      this.#waiting.add(take);
    });
  }

  #tell(message: Message): void {
    for (const take of this.#waiting) take(message);
  }
}
