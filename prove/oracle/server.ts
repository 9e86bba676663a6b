/** Drives a conf-server (conf-server.c): parses a tree once, and runs the C tool on it many times. */

import {type ChildProcessByStdio, spawn} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';

/** Paths of one run; the tool's output goes to files, so that it may be of any length. */
export type RunRequest = {
  readonly dir: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = {readonly exit: number} | {readonly signal: number};

function endingOf(waitStatus: number): Ending {
  const signal = waitStatus & 0x7f;
  return signal === 0 ? {exit: (waitStatus >> 8) & 0xff} : {signal};
}

type Waiting = {readonly tree: ServedTree; readonly resolve: (ending: Ending | undefined) => void};

function frame(type: string, fields: readonly string[]): Buffer {
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''), 'latin1');
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32LE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** One process at a time parses; requests may be sent before the replies to earlier ones have come. */
export class ConfServer {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  #received: Buffer = Buffer.alloc(0);

  /** `answers` is the file in which outputs of `$(shell)` are recorded, and from which they are replayed. */
  constructor(options: {
    readonly program: string;
    readonly answers: string;
    readonly secondsARun: number;
    /** The longest file a run may write; the tool's questions may come for ever. */
    readonly megabytes: number;
    readonly environment: ReadonlyMap<string, string>;
  }) {
    this.#child = spawn(
      options.program,
      [options.answers, String(options.secondsARun), String(options.megabytes)],
      {
        env: Object.fromEntries(options.environment),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#child.stdout.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#child.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', () => {
        for (const {resolve: unanswered} of this.#waiting.splice(0)) unanswered(undefined);
        resolve();
      });
    });
  }

  /** Parses `kconfig` in `dir`. A later tree is only begun once `end` of this one was called. */
  parse(dir: string, kconfig: string, stdout: string, stderr: string): ServedTree {
    return new ServedTree(
      (type, fields) => this.#send(type, fields),
      (tree) => this.#reply(tree),
      [dir, kconfig, stdout, stderr],
    );
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  #send(type: string, fields: readonly string[]): void {
    this.#child.stdin.write(frame(type, fields));
  }

  async #reply(tree: ServedTree): Promise<Ending | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({tree, resolve});
    });
  }

  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    let position = 0;
    for (; position + 5 <= this.#received.length; position += 5) {
      const {tree, resolve} = this.#waiting.shift()!;
      resolve(endingOf(this.#received.readInt32LE(position + 1)));
      if (this.#received[position] === 'X'.charCodeAt(0)) this.#giveUp(tree);
    }
    this.#received = this.#received.subarray(position);
  }

  /** The parse has ended the process: no run of this tree will be answered. */
  #giveUp(tree: ServedTree): void {
    tree.parsed = false;
    while (this.#waiting[0]?.tree === tree) this.#waiting.shift()!.resolve(undefined);
  }
}

export class ServedTree {
  /** How the process that parses ended, or exit 0 if it waits for runs; undefined if the server is gone. */
  readonly parse: Promise<Ending | undefined>;
  parsed = true;
  readonly #send: (type: string, fields: readonly string[]) => void;
  readonly #reply: (tree: ServedTree) => Promise<Ending | undefined>;

  constructor(
    send: (type: string, fields: readonly string[]) => void,
    reply: (tree: ServedTree) => Promise<Ending | undefined>,
    fields: readonly string[],
  ) {
    this.#send = send;
    this.#reply = reply;
    send('T', fields);
    this.parse = reply(this);
  }

  /** Undefined if the tree could not be parsed. */
  async run(request: RunRequest): Promise<Ending | undefined> {
    if (!this.parsed) return undefined;
    this.#send('R', [
      request.dir,
      request.stdin,
      request.stdout,
      request.stderr,
      String(request.arguments.length),
      ...request.arguments,
      ...Object.entries(request.environment).map(([name, value]) => `${name}=${value}`),
    ]);
    return this.#reply(this);
  }

  end(): void {
    this.#send('E', []);
  }
}
