/** Serves the page, takes keys from it, and sends it what there is to see. */

import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {type AddressInfo, isIP} from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import {badInput} from '../../base/diagnostic.ts';
import {type Application, working} from '../application.ts';
import {type Effect, takesTime} from '../effect.ts';
import type {Message} from '../screen.ts';
import {Admission, isLoopback} from './admission.ts';
import {type KeyPress, longestBody, readKeyPress} from './keys.ts';
import {page, policy} from './page.ts';
import {EventStream, eventText} from './stream.ts';
import {type Update, Updates} from './update.ts';

export type WebOptions = {
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Lets other machines in, too, if they know the token. It goes over the network in the clear. */
  readonly allowRemote?: boolean;
  /** Does what the state leaves to the program. */
  readonly perform: (effect: Effect) => Promise<'go on' | 'quit'>;
  /** Ends the view when it is aborted. */
  readonly signal?: AbortSignal;
};

export type WebView = {
  /** With the token. */
  readonly url: string;
  /** Settles when the port is closed: rejected with what the state or `perform` has thrown. */
  readonly ended: Promise<void>;
  /** Sends pages what has changed without a key. */
  show(): void;
  close(): Promise<void>;
};

/**
 * Serves `application` until it quits, the signal is aborted or the view is closed.
 *
 * @throws KbuildError (bad input) for an address of other machines without `allowRemote`, and where address and port cannot be had.
 */
export async function serveWeb(application: Application, options: WebOptions): Promise<WebView> {
  const {address, allowRemote = false} = options;
  if (!allowRemote && isIP(address) !== 0 && !isLoopback(address) && !isEvery(address)) {
    throw badInput('not-loopback', `other machines would reach ${address}`, {
      hint: 'say that they may, or leave the address out',
    });
  }
  const service = new Service(application, options);
  await service.listen();
  return service;
}

/** Whether all addresses of the machine are meant, its loopback among them. */
function isEvery(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Why there is nothing more to come, as pages are told. */
type Ending = 'quit' | 'stopped' | 'failed';

const mostPages = 32;

class Service implements WebView {
  readonly ended: Promise<void>;
  url = '';
  readonly #application: Application;
  readonly #options: WebOptions;
  readonly #admission: Admission;
  readonly #server: Server;
  readonly #updates = new Updates();
  readonly #streams = new Set<EventStream>();
  #update: Update;
  /** Keys are pressed one after the other, whichever pages they come from. */
  #queue: Promise<unknown> = Promise.resolve();
  #hasEnded = false;
  #settle!: {readonly resolve: () => void; readonly reject: (fault: unknown) => void};

  constructor(application: Application, options: WebOptions) {
    this.#application = application;
    this.#options = options;
    this.#admission = new Admission(options.address);
    this.#update = this.#updates.next(application.screen());
    this.ended = new Promise((resolve, reject) => {
      this.#settle = {resolve, reject};
    });
    // Who never asks how it ended is not to be ended by it.
    this.ended.catch(() => {});
    this.#server = createServer({requestTimeout: 20_000, headersTimeout: 10_000}, (request, response) => {
      this.#answer(request, response).catch(() => request.destroy());
    });
    this.#server.on('connection', (socket) => {
      if (options.allowRemote !== true && !isLoopback(socket.remoteAddress ?? '')) socket.destroy();
    });
  }

  async listen(): Promise<void> {
    const {address, port, signal} = this.#options;
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (fault: NodeJS.ErrnoException) =>
        reject(notListening(fault, address, port)),
      );
      this.#server.listen({host: address, port}, resolve);
    });
    this.#server.removeAllListeners('error').on('error', (fault) => this.#end('failed', fault));
    const own = this.#server.address() as AddressInfo;
    const host = isEvery(own.address) ? '127.0.0.1' : own.address;
    const {folder, token} = this.#admission;
    this.url = `http://${isIP(host) === 6 ? `[${host}]` : host}:${own.port}${folder}?token=${token}`;
    signal?.addEventListener('abort', () => this.#end('stopped'), {once: true});
  }

  show(): void {
    this.#enqueue(() => this.#publish()).catch((fault: unknown) => this.#end('failed', fault));
  }

  async close(): Promise<void> {
    this.#end('stopped');
    await this.ended.catch(() => {});
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const refusal = this.#admission.refusal(request);
    if (refusal !== undefined) {
      say(response, refusal.status, refusal.text);
      return;
    }
    const {folder} = this.#admission;
    const path = request.url!.replace(/[?#].*/s, '');
    const route = path.startsWith(folder) ? routes.get(path.slice(folder.length)) : undefined;
    if (route === undefined) {
      say(response, 404, 'There is nothing here.');
    } else if (request.method !== route.method) {
      response.setHeader('Allow', route.method);
      say(response, 405, `Only ${route.method} is answered here.`);
    } else if (route.name === 'page') {
      response.setHeader('Set-Cookie', this.#admission.cookie);
      response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'}).end(page);
    } else if (route.name === 'events') {
      this.#listenTo(response);
    } else {
      await this.#take(request, response);
    }
  }

  #listenTo(response: ServerResponse): void {
    if (this.#streams.size >= mostPages) {
      say(response, 503, 'Too many pages are open.');
      return;
    }
    const stream = new EventStream(response);
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
    stream.send(eventText('update', this.#update));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
      say(response, 415, 'Keys come as JSON.');
      return;
    }
    const body = await bodyOf(request);
    const press = body === undefined ? undefined : readKeyPress(body);
    if (body === undefined) {
      response.setHeader('Connection', 'close');
      say(response, 413, 'That is more than anybody types.');
    } else if (press === undefined) {
      say(response, 400, 'These are no keys.');
    } else {
      await this.#press(press, response);
    }
  }

  async #press({keys, place}: KeyPress, response: ServerResponse): Promise<void> {
    const isPointed = keys.some(({kind}) => kind === 'row' || kind === 'button');
    try {
      const outcome = await this.#enqueue(async () => {
        if (this.#hasEnded) return 'ended';
        if (isPointed && place !== this.#updates.place) return 'moved';
        for (const key of keys) {
          if (this.#application.takesTime?.(key)) await this.#publishFirst(working);
          for (const effect of this.#application.press(key)) {
            if (takesTime(effect)) await this.#publishFirst(working);
            if ((await this.#options.perform(effect)) === 'quit') return 'quit';
          }
        }
        this.#publish();
        return 'done';
      });
      if (outcome === 'quit' || outcome === 'ended') response.setHeader('Connection', 'close');
      if (outcome === 'ended') say(response, 410, 'menuconfig has ended.');
      else if (outcome === 'moved') say(response, 409, 'What was pointed at is no longer there.');
      else say(response, 200, JSON.stringify({serial: this.#updates.serial}), 'application/json');
      if (outcome === 'quit') this.#end('quit');
    } catch (fault) {
      response.setHeader('Connection', 'close');
      say(response, 500, 'kbuild has failed; its terminal says how.');
      this.#end('failed', fault);
    }
  }

  #enqueue<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Shows a message before what takes time is begun. */
  async #publishFirst(message: Message): Promise<void> {
    this.#publish(message);
    await turn();
  }

  /** With another message than the state's, if there is one. */
  #publish(message?: Message): void {
    this.#update = this.#updates.next({...this.#application.screen(), ...(message && {message})});
    const text = eventText('update', this.#update);
    for (const stream of this.#streams) stream.send(text);
  }

  #end(ending: Ending, fault?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const text = eventText('ended', ending);
    for (const stream of this.#streams) stream.end(text);
    // A page that does not read its last words does not keep the port open.
    const patience = setTimeout(() => this.#server.closeAllConnections(), 1000);
    this.#server.close(() => {
      clearTimeout(patience);
      if (ending === 'failed') this.#settle.reject(fault);
      else this.#settle.resolve();
    });
  }
}

type Route = {readonly name: 'page' | 'events' | 'keys'; readonly method: 'GET' | 'POST'};

const routes: ReadonlyMap<string, Route> = new Map([
  ['', {name: 'page', method: 'GET'}],
  ['events', {name: 'events', method: 'GET'}],
  ['keys', {name: 'keys', method: 'POST'}],
]);

function say(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {'Content-Type': type}).end(text);
}

/** The UTF-8 text that is sent; undefined where there is too much of it, whose rest is not read. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > longestBody) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function notListening(fault: NodeJS.ErrnoException, address: string, port: number): Error {
  const where = `${address}, port ${port}`;
  switch (fault.code) {
    case 'EADDRINUSE':
      return badInput('port-in-use', `something else listens at ${where}`, {
        hint: 'leave the port out: one that is free is found',
      });
    case 'EACCES':
      return badInput('port-refused', `this user may not listen at ${where}`, {
        hint: 'take a port above 1023',
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return badInput('no-such-address', `${address} is no address of this machine`);
    default:
      return fault;
  }
}
