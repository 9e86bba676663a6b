import test, {type ExecutionContext} from 'ava';
import {Session} from '../../../src/kconfig/index.ts';
import type {Effect} from '../../../src/menuconfig/effect.ts';
import {Menuconfig} from '../../../src/menuconfig/menuconfig.ts';
import {serveWeb, type WebView} from '../../../src/menuconfig/web/server.ts';
import {parse} from '../../kconfig/tree.ts';
import {Browser, chromium, type Page} from './chromium.ts';
import {evil, Fixture} from './fixture.ts';

const inBrowser = chromium === undefined ? test.skip : test.serial;

let browser: Browser | undefined;
test.before(async () => {
  browser = chromium === undefined ? undefined : await Browser.start();
});
test.after.always(() => browser?.close());

type Opened = {
  readonly state: Fixture;
  readonly view: WebView;
  readonly effects: Effect[];
  readonly page: Page;
};

async function opened(t: ExecutionContext): Promise<Opened> {
  t.timeout(300_000);
  const state = new Fixture();
  const effects: Effect[] = [];
  const perform = async (effect: Effect) => {
    effects.push(effect);
    return effect.kind === 'quit' ? ('quit' as const) : ('go on' as const);
  };
  const view = await serveWeb(state, {address: '127.0.0.1', port: 0, perform});
  t.teardown(() => view.close());
  const page = await browser!.open(view.url);
  t.teardown(() => page.close());
  await page.until(`document.querySelectorAll('#rows .row').length === ${state.rows.length}`);
  return {state, view, effects, page};
}

const textOf = (selector: string) => `document.querySelector(${JSON.stringify(selector)}).innerText`;
const marked = (index: number) =>
  `document.querySelector('#rows [aria-selected=true]').id === 'rows-${index}'`;

inBrowser('the page keeps no token where it is seen, and reads no text as HTML', async (t) => {
  const {view, page} = await opened(t);
  t.is(await page.value('location.href'), view.url.replace(/\?.*/, ''));
  t.is(await page.value('document.cookie'), '');
  t.true(String(await page.value(textOf('#rows-2'))).includes(evil));
  t.is(await page.value('document.title'), '.config - Linux/x86 6.1.0 Kernel Configuration');
  t.is(await page.value("document.querySelectorAll('img').length"), 0);
});

inBrowser(
  'it moves, sets and takes back by the keys of the terminal, and says so to who does not see it',
  async (t) => {
    const {page} = await opened(t);
    t.true(await page.value("document.activeElement.getAttribute('role') === 'tree'"));
    t.is(await page.value(textOf('#rows-1 u')), 'b', 'the letter that leads to the row');
    await page.press('ArrowDown');
    await page.until(marked(1));
    t.true(await page.value("document.activeElement.getAttribute('aria-activedescendant') === 'rows-1'"));
    await page.type('y');
    await page.until("document.getElementById('rows-1').getAttribute('aria-checked') === 'true'");
    t.is(
      await page.value("document.getElementById('rows-1').getAttribute('aria-label')"),
      '64-bit kernel, on, 64BIT',
    );
    await page.until(`${textOf('#unsaved')} === '1 unsaved'`);
    await page.type('<');
    await page.until("document.getElementById('rows-1').getAttribute('aria-checked') === 'false'");
    await page.press('z', 2);
    await page.until(`${textOf('#message')} === 'control z'`);
    await page.press('End');
    await page.until(marked(6));
  },
);

inBrowser('a number is typed in its row, with what is wrong about it', async (t) => {
  const {state, page} = await opened(t);
  for (let count = 0; count < 3; count += 1) await page.press('ArrowDown');
  await page.press('Enter');
  await page.until("document.activeElement === document.querySelector('#rows-3 input')");
  await page.until("document.activeElement.value === '64'");
  t.is(await page.value(textOf('#value-hint')), '2 to 512');
  await page.type('x');
  await page.until(`${textOf('#value-error')} === 'This is no number.'`);
  await page.press('Backspace');
  await page.press('Home');
  await page.type('25');
  await page.press('ArrowRight');
  await page.press('Delete');
  await page.press('Enter');
  await page.until(`${textOf('#rows-3 .marker')} === '(256)'`);
  t.is(state.value, '256');
  t.true(await page.value("document.activeElement.id === 'rows'"));
});

inBrowser('what is typed stays, and the caret with it, while the answer is not drawn yet', async (t) => {
  const {page} = await opened(t);
  for (let count = 0; count < 3; count += 1) await page.press('ArrowDown');
  await page.press('Enter');
  await page.until('valueLine.isKnown');
  await page.value('window.requestAnimationFrame = (frame) => { window.held = frame; }');
  await page.press('Home');
  await page.type('1');
  await page.until('window.held !== undefined && unsent.length === 0 && !isSending');
  const line = 'document.activeElement.value + document.activeElement.selectionStart';
  t.is(await page.value(line), '1641');
  await page.value('window.held()');
  t.is(await page.value(line), '1641');
});

inBrowser('what is typed at once before the page shows it arrives whole', async (t) => {
  const {state, page} = await opened(t);
  await page.type('/cpu_f');
  await page.until("document.getElementById('query').value === 'cpu_f'");
  await page.until("document.querySelectorAll('#hits .row').length === 1");
  t.is(state.query?.text, 'cpu_f');
  t.is(await page.value(textOf('#details')), evil);
  // Until then the state may move the caret.
  await page.until('queryLine.isKnown && unsent.length === 0 && !isSending && shown >= answered');
  // As a browser changes a line: pasted over what was selected, and whole words deleted.
  await page.value("document.getElementById('query').setSelectionRange(0, 3)");
  await page.send('Input.insertText', {text: 'nr'});
  await page.until("document.getElementById('query').value === 'nr_f'");
  await page.press('Backspace', 2);
  await page.until(`${"document.getElementById('query').value"} === '_f'`);
  await page.press('Delete');
  await page.press('Delete');
  await page.until(
    "document.querySelectorAll('#hits .row').length === 3 && unsent.length === 0 && !isSending",
  );
  t.is(state.query?.text, '');
});

inBrowser('rows, values and buttons are what one clicks on', async (t) => {
  const {state, effects, page} = await opened(t);
  await page.click('#rows-1 .marker');
  await page.until("document.getElementById('rows-1').getAttribute('aria-checked') === 'true'");
  await page.click('#rows-0 .opens');
  await page.until(`${textOf('#message')} === 'row 0 opened'`);
  await page.click('#rows-5');
  await page.until(marked(5));
  await page.click('#commands [data-text="<"]');
  await page.until("document.getElementById('rows-1').getAttribute('aria-checked') === 'false'");
  await page.click('#buttons button:nth-child(4)');
  await page.until("document.activeElement.id === 'rows'");
  for (let tries = 0; effects.length === 0 && tries < 500; tries += 1) await page.value('1');
  t.deepEqual(effects, [{kind: 'save', format: 'config', path: '.config', thenQuit: false}]);
  t.is(state.cursor, 5);
});

inBrowser('a text scrolls by the keys for it, and Esc Esc leaves it once', async (t) => {
  const {state, page} = await opened(t);
  await page.type('?');
  await page.until("document.activeElement.id === 'lines'");
  await page.press('PageDown');
  await page.until("document.getElementById('lines').scrollTop > 0");
  // In one go: how soon keys come that are sent one by one depends on what else the machine does.
  const pressed =
    "dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true, cancelable: true}))";
  await page.value(`for (const count of [1, 2]) document.activeElement.${pressed}`);
  await page.until("document.activeElement.id === 'rows'");
  t.is(state.pressed.filter((key) => key.kind === 'named' && key.name === 'escape').length, 1);
});

inBrowser('two pages show the same, and both say that it has ended when one leaves', async (t) => {
  const {view, page} = await opened(t);
  const other = await browser!.open(view.url);
  t.teardown(() => other.close());
  await other.until("document.querySelectorAll('#rows .row').length === 7");
  await page.press('ArrowDown');
  await other.until(marked(1));
  await other.press('Escape');
  await page.until("document.getElementById('dialog').open");
  t.is(await page.value(textOf('#dialog-lines')), 'Do you wish to save your new configuration?');
  await page.press('Enter');
  await view.ended;
  for (const one of [page, other]) await one.until(`${textOf('#over')}.startsWith('menuconfig has ended')`);
});

inBrowser('of a thousand rows only those are drawn again that have changed', async (t) => {
  const {state, view, page} = await opened(t);
  state.rows = Array.from({length: 1000}, (_, index) => ({
    ...state.rows[1]!,
    symbol: `S${index}`,
    prompt: `row ${index}`,
  }));
  view.show();
  await page.until("document.querySelectorAll('#rows .row').length === 1000");
  const cells = "Array.from(document.querySelectorAll('#rows .cells'))";
  await page.value(`void (globalThis.before = ${cells})`);
  state.rows = state.rows.with(500, {...state.rows[500]!, prompt: 'another'});
  await page.press('End');
  await page.until(marked(999));
  t.is(await page.value(`${cells}.findIndex((one, index) => one !== before[index])`), 500);
  t.is(await page.value(`${cells}.filter((one, index) => one !== before[index]).length`), 1);
  t.true(
    await page.value(
      "document.getElementById('rows-999').getBoundingClientRect().bottom <= document.getElementById('rows').getBoundingClientRect().bottom",
    ),
  );
});

const kconfig = `mainmenu "Test"
config MODULES
	bool "Modules"
	modules
	default y
menuconfig NET
	bool "Networking"
	help
	  About networks.
if NET
config DRIVER
	tristate "Driver"
config QUEUES
	int "Queues"
	range 1 16
	default 4
endif
choice
	prompt "Scheduler"
	default FAIR
config FIFO
	bool "First in first out"
config FAIR
	bool "Completely fair"
endchoice
`;

inBrowser('a configuration is edited from its first menu to its last question, by keys alone', async (t) => {
  t.timeout(300_000);
  const menuconfig = new Menuconfig({session: Session.of(parse(kconfig)), file: '.config', goals: []});
  const effects: Effect[] = [];
  const perform = async (effect: Effect) => {
    if (effect.kind !== 'edited') effects.push(effect);
    const leaves = effect.kind === 'quit' || (effect.kind === 'save' && effect.thenQuit);
    return leaves ? ('quit' as const) : ('go on' as const);
  };
  const view = await serveWeb(menuconfig, {address: '127.0.0.1', port: 0, perform});
  t.teardown(() => view.close());
  const page = await browser!.open(view.url);
  t.teardown(() => page.close());
  const isShown = async (...rows: string[]) => {
    const row =
      "(row.querySelector('.marker')?.innerText ?? '') + ' ' + row.querySelector('.prompt').innerText";
    const all = `Array.from(document.querySelectorAll('#rows .row'), (row) => ${row})`;
    await page.until(
      `document.activeElement.id === 'rows' && ${all}.join() === ${JSON.stringify(rows.join())}`,
    );
  };
  await isShown('[*] Modules', '[ ] Networking', ' Scheduler');
  await page.type('+y');
  await isShown('[*] Modules', '[*] Networking', ' Scheduler');
  await page.press('Enter');
  await isShown('--- Networking', '< > Driver', '(4) Queues');
  await page.type('dm');
  await isShown('--- Networking', '<M> Driver', '(4) Queues');
  await page.press('ArrowDown');
  await page.press('Enter');
  await page.until("document.activeElement.value === '4'");
  await page.type('2');
  await page.until(`${textOf('#value-error')} !== ''`);
  await page.press('Home');
  await page.press('Delete');
  await page.until(`${textOf('.typing')}.includes('1') && document.getElementById('value-error').hidden`);
  await page.press('Enter');
  await isShown('--- Networking', '<M> Driver', '(2) Queues');
  await page.press('z', 2);
  await isShown('--- Networking', '<M> Driver', '(4) Queues');
  await page.type('>');
  await isShown('--- Networking', '<M> Driver', '(2) Queues');
  await page.type('=');
  await page.until("document.querySelectorAll('#differences .row').length === 3");
  await page.press('Escape');
  await page.type('/driver');
  await page.until("document.activeElement.value === 'driver' && unsent.length === 0 && !isSending");
  t.like(menuconfig.screen().panel, {kind: 'search', query: {text: 'driver'}});
  await page.press('Escape');
  await isShown('--- Networking', '<M> Driver', '(2) Queues');
  await page.type('x');
  await page.press('End');
  await page.press('Enter');
  await isShown('( ) First in first out', '(X) Completely fair');
  await page.type('-');
  await page.type(' ');
  await isShown('[*] Modules', '[*] Networking', ' Scheduler');
  t.is(await page.value(textOf('#rows .chosen')), '(First in first out)');
  await page.type('x');
  await page.until("document.getElementById('dialog').open");
  await page.press('Enter');
  await view.ended;
  t.deepEqual(effects, [{kind: 'save', format: 'config', path: '.config', thenQuit: true}]);
  t.regex(menuconfig.config(), /CONFIG_QUEUES=2\n.*CONFIG_FIFO=y\n/s);
  await page.until(`${textOf('#over')}.startsWith('menuconfig has ended')`);
});
