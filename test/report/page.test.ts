import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {digestOf} from '../../src/base/digest.ts';
import {isReportPage, pageOf, type Report} from '../../src/report/index.ts';

const evil = `<script>alert("1")</script> & '"\u0001`;
const safe = `&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; '&quot;\uFFFD`;

const nfs = {symbol: 'NFS', value: 'm', prompt: 'NFS client', place: 'fs/Kconfig:3', why: [], elsewhere: []};

const empty: Report = {
  name: 'mine',
  summary: undefined,
  subject: 'Linux 6.1.0 x86_64',
  goals: [],
  added: [],
  exchanges: [],
  comparisons: [],
  missing: [],
  menu: [],
};

const goal = {
  symbol: 'NFS',
  prompt: 'NFS client',
  wanted: 'm',
  actual: 'm',
  met: true,
  isWish: false,
  reason: undefined,
  why: undefined,
  origin: 'fs/nfs',
  place: 'fs/nfs.yaml:5',
};

test('whatever a text holds, the page shows it and never reads it as HTML', (t) => {
  const page = pageOf({
    name: evil,
    summary: evil,
    subject: evil,
    goals: [
      {...goal, symbol: evil, prompt: evil, wanted: evil, why: evil, reason: evil, origin: evil, met: false},
    ],
    added: [{symbol: evil, prompt: evil, value: evil, neededBy: [evil]}],
    exchanges: [{added: [evil], others: [[evil]]}],
    comparisons: [
      {
        name: evil,
        detail: evil,
        causes: [
          {
            symbol: evil,
            prompt: evil,
            before: evil,
            after: evil,
            menu: [evil],
            consequences: [{symbol: evil, prompt: evil, before: evil, after: evil, reason: evil}],
          },
        ],
      },
    ],
    missing: [evil],
    menu: [
      {
        title: evil,
        symbol: {symbol: evil, value: evil, prompt: evil, place: evil, why: [evil], elsewhere: [evil]},
        entries: [],
      },
    ],
  });
  t.false(page.includes('alert("1")'));
  t.false(page.includes('\u0001'));
  t.is(page.split('<script>').length, 2);
  t.true(page.split(safe).length > 30);
});

test('the page allows its own style and script by their digests, and nothing else; it names no other file', (t) => {
  const page = pageOf(empty);
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)![1]!;
  for (const element of ['style', 'script']) {
    const [, text] = new RegExp(`<${element}>([\\s\\S]*)</${element}>`).exec(page)!;
    const digest = Buffer.from(digestOf(text!), 'hex').toString('base64');
    t.true(policy.includes(`${element}-src 'sha256-${digest}'`));
  }
  t.true(policy.startsWith("default-src 'none'; "));
  t.notRegex(page, /https?:|\bsrc=|<link|@import|url\(|\bon\w+=|\bstyle=/);
});

test('the same report gives the same bytes', (t) => {
  t.is(pageOf({...empty, goals: [goal]}), pageOf(structuredClone({...empty, goals: [goal]})));
});

test('a page is known for one by its beginning, and other HTML is none', (t) => {
  t.true(isReportPage(pageOf(empty)));
  t.false(isReportPage('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'));
});

test('a wish that is not taken is told with its reason, and counted apart from the goals', (t) => {
  const wish = {...goal, symbol: 'XFS', actual: 'n', met: false, isWish: true, reason: 'it depends on BLOCK'};
  const page = pageOf({...empty, goals: [goal, wish]});
  t.regex(page, /<b>1<\/b>goals met/);
  t.regex(page, /<b>0 of 1<\/b>wishes taken/);
  t.regex(page, /<p class="note">One wish is not taken\./);
  t.regex(page, /✗ not taken<\/em><\/td><td>not taken: it depends on BLOCK<\/td>/);
});

test('a symbol that was added links to its row, where it has one, and names its goals', (t) => {
  const page = pageOf({
    ...empty,
    goals: [goal],
    added: [{symbol: 'SUNRPC', prompt: undefined, value: 'm', neededBy: ['NFS']}],
    exchanges: [{added: ['SUNRPC'], others: [['OTHER'], ['A', 'B']]}],
    menu: [{symbol: nfs, title: undefined, entries: []}],
  });
  t.regex(
    page,
    /<td><b>SUNRPC<\/b><\/td><td><i class=m>m<\/i><\/td><td><code><a href="#NFS">NFS<\/a><\/code><\/td>/,
  );
  t.regex(
    page,
    /<code>SUNRPC<\/code> might as well have been <code>OTHER<\/code>, or <code>A<\/code>, <code>B<\/code>\./,
  );
  t.regex(page, /<details class=r id="NFS">/);
});

test('symbols without a prompt stand apart from what people see in their menu', (t) => {
  const crc = {...nfs, symbol: 'CRC', prompt: undefined};
  const [, body] = pageOf({
    ...empty,
    menu: [
      {symbol: crc, title: undefined, entries: []},
      {symbol: undefined, title: 'Networks', entries: [{symbol: nfs, title: undefined, entries: []}]},
    ],
  }).split('<h2 id="-symbols">');
  t.deepEqual(
    Array.from(body!.matchAll(/<summary>(?:<b>)?([\w ]+)/g), ([, text]) => text),
    ['Networks ', 'NFS', 'Without a prompt ', 'CRC'],
  );
});

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const inBrowser = chromium === undefined ? test.skip : test;

/** The document as it is when the page was opened at `hash`, and the script of a test ran after its own. */
async function opened(page: string, {hash = '', script = ''} = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kbuild-page-'));
  try {
    const digest = Buffer.from(digestOf(script), 'hex').toString('base64');
    const allowed = page.replace("script-src '", `script-src 'sha256-${digest}' '`);
    const text = script === '' ? page : allowed.replace('</body>', `<script>${script}</script></body>`);
    await writeFile(join(dir, 'page.html'), text);
    const url = `file://${dir}/page.html${hash}`;
    const options = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${dir}/profile`];
    const {stdout} = await promisify(execFile)(chromium!, [...options, '--dump-dom', url], {
      timeout: 100_000,
    });
    return stdout;
  } finally {
    await rm(dir, {recursive: true, force: true, maxRetries: 5});
  }
}

const small: Report = {
  ...empty,
  goals: [goal, {...goal, symbol: 'XFS', prompt: 'XFS'}],
  menu: [
    {
      symbol: undefined,
      title: 'File systems',
      entries: [
        {symbol: nfs, title: undefined, entries: []},
        {symbol: {...nfs, symbol: 'NFSD', value: 'y', prompt: 'server'}, title: undefined, entries: []},
      ],
    },
  ],
};

inBrowser(
  'in a browser, what is typed leaves the rows that have each word in name, value or prompt',
  async (t) => {
    const found = await opened(pageOf(small), {
      script: `
const seen = (text) => {
  box.value = text;
  search();
  const rows = document.querySelectorAll('section:not([hidden]) .r');
  return Array.from(rows).filter((row) => row.checkVisibility()).map((row) => row.querySelector('b').textContent).join();
};
document.title = ['nfs', '=y', 'client =m', 'xfs', 'nothing', ''].map(seen).join(' | ');`,
    });
    t.is(
      /<title>(.*)<\/title>/.exec(found)?.[1],
      'NFS,NFS,NFSD | NFSD | NFS,NFS | XFS |  | NFS,XFS',
      'goals first, then symbols; without words the menus are closed',
    );
  },
);

inBrowser('in a browser, a link to a symbol opens the menus around it', async (t) => {
  const page = await opened(pageOf(small), {hash: '#NFSD'});
  t.regex(page, /<details class="menu" open="">/);
  t.regex(page, /<details class="r" id="NFSD" open="">/);
  t.regex(page, /<details class="r" id="NFS">/);
});
