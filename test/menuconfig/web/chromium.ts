/** A real Chromium without a window, driven by its own protocol over a pipe: keys and clicks as people make them. */

import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable, Writable} from 'node:stream';

export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

type Reply = {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: {readonly message: string};
};
type Waiter = {
  readonly resolve: (result: Record<string, unknown>) => void;
  readonly reject: (error: Error) => void;
};

const codes: Readonly<Record<string, number>> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Escape: 27,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Delete: 46,
  F1: 112,
  F2: 113,
};

export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #waiters = new Map<number, Waiter>();
  #last = 0;

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process;
    this.#profile = profile;
    let text = '';
    const output = process.stdio[4] as Readable;
    output.setEncoding('utf8').on('data', (part: string) => {
      const messages = (text + part).split('\0');
      text = messages.pop()!;
      for (const message of messages) this.#hear(JSON.parse(message) as Reply);
    });
    process.on('exit', () => {
      for (const {reject} of this.#waiters.values()) reject(new Error('the browser has ended'));
    });
  }

  static async start(): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'kbuild-browser-'));
    const options = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--remote-debugging-pipe',
    ];
    const child = spawn(chromium!, [...options, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    return new Browser(child, profile);
  }

  async open(url: string): Promise<Page> {
    const {targetId} = await this.send('Target.createTarget', {url: 'about:blank', newWindow: true});
    const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true});
    const page = new Page(this, sessionId as string);
    await page.send('Page.enable');
    // Pages behind others are not drawn.
    await page.send('Emulation.setFocusEmulationEnabled', {enabled: true});
    await page.send('Page.navigate', {url});
    return page;
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, {resolve, reject});
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify({id, method, params, sessionId})}\0`);
    });
  }

  #hear({id, result, error}: Reply): void {
    if (id === undefined) return;
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    if (error !== undefined) waiter?.reject(new Error(error.message));
    else waiter?.resolve(result ?? {});
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    await this.send('Browser.close').catch(() => {});
    await ended;
    await rm(this.#profile, {recursive: true, force: true, maxRetries: 10});
  }
}

export class Page {
  readonly #browser: Browser;
  readonly #session: string;

  constructor(browser: Browser, session: string) {
    this.#browser = browser;
    this.#session = session;
  }

  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.#browser.send(method, params, this.#session);
  }

  /** What the expression gives in the page; a promise is waited for. */
  async value(expression: string): Promise<unknown> {
    const reply = await this.send('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true});
    if (reply.exceptionDetails !== undefined) throw new Error(JSON.stringify(reply.exceptionDetails));
    return (reply.result as {value?: unknown}).value;
  }

  /** Waits until the expression is true in the page; an error that says which was not, after ten seconds. */
  async until(expression: string): Promise<void> {
    for (let tries = 0; tries < 500; tries += 1) {
      if ((await this.value(expression).catch(() => false)) === true) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`never true: ${expression}\n${String(await this.value('document.body.innerText'))}`);
  }

  /** A key by its name (`Enter`), or a character; `modifiers` as the protocol counts them: Alt 1, Ctrl 2, Meta 4, Shift 8. */
  async press(key: string, modifiers = 0): Promise<void> {
    const isText = !(key in codes) && (modifiers & 7) === 0;
    const windowsVirtualKeyCode = codes[key] ?? key.toUpperCase().charCodeAt(0);
    const common = {key, modifiers, windowsVirtualKeyCode, ...(isText ? {text: key} : {})};
    await this.send('Input.dispatchKeyEvent', {type: isText ? 'keyDown' : 'rawKeyDown', ...common});
    await this.send('Input.dispatchKeyEvent', {type: 'keyUp', ...common});
  }

  async type(text: string): Promise<void> {
    for (const character of text) await this.press(character);
  }

  async click(selector: string, count = 1): Promise<void> {
    const place = (await this.value(
      `(() => { const box = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()`,
    )) as [number, number];
    const [x, y] = place;
    for (let clickCount = 1; clickCount <= count; clickCount += 1) {
      for (const type of ['mousePressed', 'mouseReleased']) {
        await this.send('Input.dispatchMouseEvent', {type, x, y, button: 'left', clickCount});
      }
    }
  }

  async look({
    width,
    height,
    scheme,
  }: {
    width: number;
    height: number;
    scheme: 'light' | 'dark';
  }): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.send('Emulation.setEmulatedMedia', {
      features: [{name: 'prefers-color-scheme', value: scheme}],
    });
  }

  async close(): Promise<void> {
    await this.send('Page.close');
  }

  /** PNG bytes of what is seen. */
  async picture(): Promise<Buffer> {
    const {data} = await this.send('Page.captureScreenshot');
    return Buffer.from(data as string, 'base64');
  }
}
