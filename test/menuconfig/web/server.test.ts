import {type IncomingMessage, type OutgoingHttpHeaders, request} from 'node:http';
import {connect} from 'node:net';
import {networkInterfaces} from 'node:os';
import test, {type ExecutionContext} from 'ava';
import {digestOf} from '../../../src/base/digest.ts';
import type {Effect} from '../../../src/menuconfig/effect.ts';
import {serveWeb, type WebOptions, type WebView} from '../../../src/menuconfig/web/server.ts';
import {evil, Fixture} from './fixture.ts';

type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
};

type Asked = {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
};

function ask(url: string, {method = 'GET', headers = {}, body}: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {method, headers, agent: false}, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({status: response.statusCode!, headers: response.headers, text}));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

type Served = {
  readonly state: Fixture;
  readonly view: WebView;
  readonly effects: Effect[];
  /** The address without its token, and the cookie that stands for it. */
  readonly base: string;
  readonly cookie: string;
  readonly origin: string;
};

async function served(t: ExecutionContext, options: Partial<WebOptions> = {}): Promise<Served> {
  const state = new Fixture();
  const effects: Effect[] = [];
  const perform = async (effect: Effect) => {
    effects.push(effect);
    return effect.kind === 'quit' ? ('quit' as const) : ('go on' as const);
  };
  const view = await serveWeb(state, {address: '127.0.0.1', port: 0, perform, ...options});
  t.teardown(() => view.close());
  const {origin, pathname, searchParams} = new URL(view.url);
  const base = origin + pathname;
  return {state, view, effects, base, origin, cookie: `kbuild-menuconfig=${searchParams.get('token')}`};
}

const space = {kind: 'text', text: ' '};

function press(
  {base, cookie, origin}: Served,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return ask(`${base}keys`, {
    method: 'POST',
    headers: {cookie, origin, 'content-type': 'application/json', ...headers},
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Reads events until one satisfies; gives all of them. */
function events({base, cookie}: Served, isLast: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`${base}events`, {headers: {cookie}, agent: false}, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (!isLast(text)) return;
        resolve(text);
        response.destroy();
      });
      response.on('error', () => {});
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function isOpen(url: string): Promise<boolean> {
  const {hostname, port} = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

test('the address that is printed has a token of 32 bytes, and gives the page and a cookie no script reads', async (t) => {
  const {view, base, cookie} = await served(t);
  t.regex(view.url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{12}\/\?token=[0-9a-f]{64}$/);
  const {status, headers, text} = await ask(view.url);
  t.is(status, 200);
  t.regex(text, /^<!DOCTYPE html>/);
  t.deepEqual(headers['set-cookie'], [
    `${cookie}; Path=${new URL(base).pathname}; HttpOnly; SameSite=Strict`,
  ]);
  t.is((await ask(base, {headers: {cookie}})).status, 200, 'as when it is loaded again');
});

test('without the token, or with another one, nothing is answered but that', async (t) => {
  const {view, base, cookie, origin, state} = await served(t);
  const wrong = `${cookie.slice(0, -1)}${cookie.endsWith('0') ? '1' : '0'}`;
  const json = {'content-type': 'application/json', origin};
  const body = JSON.stringify({place: 1, keys: [space]});
  const answers = await Promise.all([
    ask(base),
    ask(`${base}?token=`),
    ask(`${base}?token=${'0'.repeat(64)}`),
    ask(view.url.slice(0, -1)),
    ask(`${base}?token=${'0'.repeat(64)}`, {headers: {cookie}}),
    ask(base, {headers: {cookie: wrong}}),
    ask(base, {headers: {cookie: `other${cookie}`}}),
    ask(`${base}events`),
    ask(`${base}events`, {headers: {cookie: wrong}}),
    ask(`${base}keys`, {method: 'POST', headers: json, body}),
    ask(`${base}keys`, {method: 'POST', headers: {...json, cookie: wrong}, body}),
    ask(`${origin}/`),
    ask(`${origin}/favicon.ico`),
  ]);
  t.deepEqual(new Set(answers.map(({status}) => status)), new Set([403]));
  t.true(answers.every(({headers}) => headers['set-cookie'] === undefined));
  t.deepEqual(state.pressed, []);
});

test('a name that somebody else has led here is not answered', async (t) => {
  const one = await served(t);
  const {view, cookie, base} = one;
  const {port} = new URL(view.url);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    'localhost.',
  ]) {
    t.is((await ask(view.url, {headers: {host}})).status, 403, host);
    t.is((await press(one, {place: 1, keys: [space]}, {host, origin: `http://${host}`})).status, 403, host);
  }
  t.is((await ask(base, {headers: {cookie, host: `localhost:${port}`}})).status, 200);
  t.is(
    (await ask(base, {headers: {cookie, host: 'localhost:8080'}})).status,
    200,
    'ssh has forwarded another port',
  );
  t.deepEqual(one.state.pressed, []);
});

test('keys come from the page itself: from no other origin, from no form, and not without an origin', async (t) => {
  const one = await served(t);
  const body = {place: 1, keys: [space]};
  for (const origin of [
    'http://evil.example',
    'null',
    `${one.origin}0`,
    one.origin.replace('127.0.0.1', 'localhost'),
    one.origin.replace('http', 'https'),
  ]) {
    t.is((await press(one, body, {origin})).status, 403, origin);
  }
  const json = {cookie: one.cookie, 'content-type': 'application/json'};
  t.is(
    (await ask(`${one.base}keys`, {method: 'POST', headers: json, body: JSON.stringify(body)})).status,
    403,
  );
  t.is((await press(one, body, {'sec-fetch-site': 'same-site'})).status, 403, 'a page of another port');
  t.is(
    (await ask(`${one.base}events`, {headers: {cookie: one.cookie, 'sec-fetch-site': 'cross-site'}})).status,
    403,
  );
  t.is(
    (await ask(`${one.base}events`, {headers: {cookie: one.cookie, origin: 'http://evil.example'}})).status,
    403,
  );
  t.is((await press(one, body, {'content-type': 'text/plain'})).status, 415);
  t.is((await press(one, body, {'content-type': 'application/x-www-form-urlencoded'})).status, 415);
  t.deepEqual(one.state.pressed, []);
  t.is((await press(one, body)).status, 200);
  t.deepEqual(one.state.pressed, [space]);
});

test('other methods and other paths are refused', async (t) => {
  const {base, origin, cookie} = await served(t);
  const headers = {cookie, origin};
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE']) {
    t.is((await ask(base, {method, headers})).status, 405, method);
  }
  const get = await ask(`${base}keys`, {headers});
  t.is(get.status, 405);
  t.is(get.headers.allow, 'POST');
  for (const path of ['x', 'keys/', '../', '%2e%2e/etc/passwd', 'Events']) {
    t.is((await ask(base + path, {headers})).status, 404, path);
  }
});

test('a body that is too large, or anything else than keys, presses nothing', async (t) => {
  const one = await served(t);
  const keys = (...all: unknown[]) => ({place: 1, keys: all});
  const wrong: readonly unknown[] = [
    '',
    '{',
    'null',
    '[]',
    '{}',
    {keys: []},
    {place: 1},
    {place: '1', keys: []},
    {place: 1, keys: {}},
    {place: 1, keys: [], more: 1},
    keys(null),
    keys('y'),
    keys({}),
    keys({kind: 'text'}),
    keys({kind: 'text', text: ''}),
    keys({kind: 'text', text: 1}),
    keys({kind: 'text', text: '\u001b[2J'}),
    keys({kind: 'text', text: '\ud800'}),
    keys({kind: 'text', text: 'y', more: 1}),
    keys({kind: 'named', name: 'enter'}),
    keys({kind: 'named', name: 'constructor', rows: 1}),
    keys({kind: 'named', name: 'enter', rows: -1}),
    keys({kind: 'named', name: 'enter', rows: 1e9}),
    keys({kind: 'control', letter: 'zz'}),
    keys({kind: 'function', number: 0}),
    keys({kind: 'row', index: 1}),
    keys({kind: 'row', index: 1.5, opens: true}),
    keys({kind: 'row', index: -1, opens: true}),
    keys({kind: 'button', index: '1'}),
    keys({kind: '__proto__'}),
    keys(space, {kind: 'other'}),
  ];
  for (const body of wrong) t.is((await press(one, body)).status, 400, JSON.stringify(body));
  t.is(
    (await press(one, {place: 1, keys: Array.from({length: 1200}, () => ({...space, text: 'y'.repeat(40)}))}))
      .status,
    413,
  );
  t.deepEqual(one.state.pressed, []);
});

test('every kind of key arrives as it was sent, in its order', async (t) => {
  const one = await served(t);
  const keys = [
    {kind: 'text', text: 'é漢😀'},
    {kind: 'named', name: 'page-down', rows: 20},
    {kind: 'control', letter: 'z'},
    {kind: 'function', number: 1},
    {kind: 'row', index: 2, opens: true},
    {kind: 'button', index: 1},
  ];
  const answers = await Promise.all([press(one, {place: 1, keys}), press(one, {place: 1, keys: [space]})]);
  t.deepEqual(
    answers.map(({status}) => status),
    [200, 200],
  );
  t.deepEqual(one.state.pressed, [...keys, space] as Fixture['pressed']);
});

test('a row that was pointed at is not looked for among others', async (t) => {
  const one = await served(t);
  const row = {place: 1, keys: [{kind: 'row', index: 2, opens: false}, space]};
  t.is((await press(one, row)).status, 200);
  t.is((await press(one, row)).status, 200, 'the cursor is elsewhere, the rows are the same');
  one.state.rows = one.state.rows.slice(1);
  t.is((await press(one, {place: 1, keys: [{kind: 'text', text: 'w'}]})).status, 200);
  one.state.pressed.length = 0;
  t.is((await press(one, row)).status, 409);
  t.deepEqual(one.state.pressed, []);
});

test('all that is answered is neither kept nor framed nor guessed at, and the page may run its own script only', async (t) => {
  const {view, base} = await served(t);
  const {text, headers: ofPage} = await ask(view.url);
  for (const headers of [ofPage, (await ask(base)).headers]) {
    t.is(headers['cache-control'], 'no-store');
    t.is(headers['x-content-type-options'], 'nosniff');
    t.is(headers['referrer-policy'], 'no-referrer');
    t.is(headers['x-frame-options'], 'DENY');
    t.is(headers['access-control-allow-origin'], undefined);
    t.regex(String(headers['content-security-policy']), /^default-src 'none'; .*frame-ancestors 'none'/);
  }
  for (const element of ['style', 'script']) {
    const [, inside] = new RegExp(`<${element}>([\\s\\S]*)</${element}>`).exec(text)!;
    const digest = Buffer.from(digestOf(inside!), 'hex').toString('base64');
    t.true(String(ofPage['content-security-policy']).includes(`${element}-src 'sha256-${digest}'`));
  }
  t.notRegex(
    text,
    /https?:|\bsrc=|<link|@import|url\(|\bon\w+="|\bstyle=|innerHTML|outerHTML|insertAdjacent|document\.write/,
  );
});

test('a page is told of what other pages do, and of what happens without a key', async (t) => {
  const one = await served(t);
  const both = [0, 1].map(() => events(one, (text) => text.includes('"text":"from elsewhere"')));
  await press(one, {place: 1, keys: [{kind: 'text', text: 'y'}]});
  one.state.message = {severity: 'said', text: 'from elsewhere'};
  one.view.show();
  for (const text of await Promise.all(both)) {
    t.true(text.startsWith('event: update\ndata: {'));
    t.true(text.includes('"marker":"[*]"'));
    t.true(text.includes(JSON.stringify(evil)));
  }
});

test('of very many rows a page is sent those around the cursor', async (t) => {
  const one = await served(t);
  one.state.rows = Array.from({length: 20_000}, (_, index) => ({
    ...one.state.rows[1]!,
    prompt: `row ${index}`,
  }));
  one.state.cursor = 10_100;
  one.view.show();
  const text = await events(one, (all) => all.includes('"total":20000') && all.endsWith('\n\n'));
  const data = JSON.parse(/"total":20000.*/.exec(text)![0].replace(/^/, '{')) as {
    screen: {panel: {rows: {prompt: string}[]; cursor: number}};
  };
  t.is(data.screen.panel.cursor, 10_100);
  t.is(data.screen.panel.rows.length, 1000);
  t.true(data.screen.panel.rows.some(({prompt}) => prompt === 'row 10100'));
});

test('a page that does not read is kept the newest update, and no pile of them', async (t) => {
  const one = await served(t);
  one.state.rows = Array.from({length: 1000}, (_, index) => ({
    ...one.state.rows[1]!,
    prompt: `${'x'.repeat(2000)}${index}`,
  }));
  const {hostname, port, pathname} = new URL(one.base);
  const socket = connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  socket.pause();
  socket.write(`GET ${pathname}events HTTP/1.1\r\nHost: ${hostname}\r\nCookie: ${one.cookie}\r\n\r\n`);
  await events(one, (text) => text.includes('event: update'));
  for (let count = 0; count < 100; count += 1) {
    if (count === 99) one.state.message = {severity: 'said', text: 'the newest'};
    one.view.show();
    await new Promise(setImmediate);
  }
  let updates = 0;
  await new Promise<void>((resolve) => {
    let end = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      updates += `${end}${part}`.split('event: update').length - 1;
      if (`${end}${part}`.includes('the newest')) resolve();
      end = part.slice(-12);
    });
    socket.resume();
  });
  t.true(updates < 30, `${updates} of 101`);
});

test('what the state leaves to the program is done before the next key is pressed', async (t) => {
  const order: string[] = [];
  const one = await served(t, {
    perform: async (effect) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(effect.kind, String(one.state.pressed.length));
      return 'go on';
    },
  });
  await Promise.all([
    press(one, {place: 1, keys: [{kind: 'button', index: 3}, space]}),
    press(one, {place: 1, keys: [space]}),
  ]);
  t.deepEqual(order, ['save', '1']);
  t.is(one.state.pressed.length, 3);
});

test('what takes time is told before it is begun', async (t) => {
  const one = await served(t);
  const told = events(one, (text) => text.includes('"text":"Working …"'));
  await press(one, {place: 1, keys: [{kind: 'text', text: '*'}]});
  t.true((await told).includes('Working …'));
  t.false((await events(one, () => true)).includes('Working …'));
});

const leave = {
  place: 1,
  keys: [
    {kind: 'named', name: 'escape', rows: 1},
    {kind: 'named', name: 'enter', rows: 1},
  ],
};

test('it ends when the state quits: pages are told, and the port is closed', async (t) => {
  const one = await served(t);
  const heard = events(one, (text) => text.includes('event: ended'));
  await events(one, (text) => text.includes('event: update'));
  t.is((await press(one, leave)).status, 200);
  await one.view.ended;
  t.regex(await heard, /event: ended\ndata: "quit"\n\n$/);
  t.deepEqual(one.effects, [{kind: 'quit'}]);
  t.false(await isOpen(one.base));
});

test('it ends at the signal, also while pages are open and a key is being pressed', async (t) => {
  const controller = new AbortController();
  let begun = () => {};
  const isSaving = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const perform = () => {
    begun();
    return new Promise<never>(() => {});
  };
  const one = await served(t, {signal: controller.signal, perform});
  const heard = events(one, (text) => text.includes('event: ended'));
  await events(one, (text) => text.includes('event: update'));
  const stuck = press(one, {place: 1, keys: [{kind: 'button', index: 3}]});
  stuck.catch(() => {});
  await isSaving;
  t.true(await isOpen(one.base));
  controller.abort();
  await one.view.ended;
  t.regex(await heard, /event: ended\ndata: "stopped"\n\n$/);
  await t.throwsAsync(stuck);
  t.false(await isOpen(one.base));
});

test('a fault is told to the program, and pages hear nothing of where it was', async (t) => {
  const one = await served(t);
  const {status, text} = await press(one, {place: 1, keys: [{kind: 'text', text: 'Q'}]});
  t.is(status, 500);
  t.notRegex(text, /secret|Error|\bat\b|\.[jt]s/);
  await t.throwsAsync(one.view.ended, {message: 'fault with a secret path'});
  t.false(await isOpen(one.base));
});

test('bytes that are no HTTP, and requests that never end, leave it as it is', async (t) => {
  const one = await served(t);
  const {hostname, port} = new URL(one.base);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end('\u0000\u0001 nonsense\r\n\r\n'));
    let text = '';
    socket.on('data', (part) => {
      text += part.toString();
    });
    socket.on('close', () => resolve(text));
  });
  t.notRegex(answer, /Error|\.js/);
  const hanging = connect(Number(port), hostname, () =>
    hanging.write('POST /x HTTP/1.1\r\nContent-Length: 10\r\n'),
  );
  t.teardown(() => hanging.destroy());
  t.is((await ask(one.view.url)).status, 200);
});

const own = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({family, internal}) => family === 'IPv4' && !internal)?.address;
const withNetwork = own === undefined ? test.skip : test;

withNetwork('who comes from elsewhere than loopback is cut off, unless that was asked for', async (t) => {
  const closed = await served(t, {address: '0.0.0.0'});
  t.is((await ask(closed.view.url)).status, 200);
  await t.throwsAsync(ask(closed.view.url.replace('127.0.0.1', own!)), {message: /hang up|ECONNRESET/});
  const open = await served(t, {address: '0.0.0.0', allowRemote: true});
  t.is((await ask(open.view.url.replace('127.0.0.1', own!))).status, 200);
  t.is((await ask(open.base.replace('127.0.0.1', own!))).status, 403);
  t.is((await ask(open.view.url, {headers: {host: 'evil.example'}})).status, 403);
});

test('an address of other machines is refused, unless that was asked for', async (t) => {
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1']) {
    await t.throwsAsync(served(t, {address}), {
      name: 'KbuildError',
      message: `other machines would reach ${address}`,
    });
  }
});

test('an address or port that cannot be had is told', async (t) => {
  const {base} = await served(t);
  const port = Number(new URL(base).port);
  await t.throwsAsync(served(t, {port}), {
    name: 'KbuildError',
    message: `something else listens at 127.0.0.1, port ${port}`,
  });
  await t.throwsAsync(served(t, {address: '192.0.2.1', allowRemote: true}), {
    name: 'KbuildError',
    message: '192.0.2.1 is no address of this machine',
  });
});
