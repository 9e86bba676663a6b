/**
 * What the page does: shows each update it is sent, and sends what is typed and pointed at. It knows nothing of a
 * configuration. Texts are only ever set as `textContent`, `value` or an attribute's value, so none is read as HTML.
 */
export const script = `
'use strict';
const at = (id) => document.getElementById(id);
const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className !== undefined) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

// What there is to see, and what of it was sent: the newest update, the serial of the one that is drawn, and the serial
// that answers the newest keys.
let update;
let shown = 0;
let answered = 0;
const unsent = [];
let isSending = false;
let isOver = false;

// Keys.

const names = {
  ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right', Home: 'home', End: 'end',
  PageUp: 'page-up', PageDown: 'page-down', Enter: 'enter', Escape: 'escape', Tab: 'tab',
  Backspace: 'backspace', Delete: 'delete',
};
const editing = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Backspace', 'Delete']);
const scrolling = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown', ' ']);
const functions = new Set(['F1', 'F3', 'F4', 'F8', 'F9']);

const named = (name) => ({kind: 'named', name, rows: pageRows()});
const text = (typed) => ({kind: 'text', text: typed});

function pageRows() {
  const list = listOf(update?.screen.panel.kind);
  const row = list?.element.querySelector('.row');
  if (list === undefined || row === null) return 10;
  return Math.max(1, Math.floor(list.element.clientHeight / row.getBoundingClientRect().height) - 1);
}

function keyOf(event) {
  // What is typed before the line is known goes after what was typed before it was seen.
  const isLine = lines.get(event.target)?.isKnown === true;
  const {key} = event;
  if (event.getModifierState('AltGraph')) return key.length === 1 && !isLine ? text(key) : undefined;
  if (event.altKey || event.metaKey) return undefined;
  if (event.ctrlKey) {
    const letter = key.toLowerCase();
    if (isLine || (letter !== 'z' && letter !== 'y')) return undefined;
    return {kind: 'control', letter: event.shiftKey ? 'y' : letter};
  }
  if (isLine && (editing.has(key) || Array.from(key).length === 1)) return undefined;
  if (event.target === at('lines') && scrolling.has(key)) return undefined;
  if (functions.has(key)) return {kind: 'function', number: Number(key.slice(1))};
  if (Object.hasOwn(names, key)) return named(key === 'Tab' && event.shiftKey ? 'back-tab' : names[key]);
  return Array.from(key).length === 1 ? text(key) : undefined;
}

let lastEscape = -Infinity;
addEventListener('keydown', (event) => {
  if (isOver || event.isComposing || at('keys').open) return;
  if (event.key === 'F2') {
    event.preventDefault();
    at('keys').showModal();
    return;
  }
  const key = keyOf(event);
  if (key === undefined) return;
  event.preventDefault();
  // Esc Esc goes back once, as in the terminal.
  const isSecond = event.key === 'Escape' && event.timeStamp - lastEscape < 300;
  lastEscape = event.key === 'Escape' && !isSecond ? event.timeStamp : -Infinity;
  if (isSecond) return;
  send([key]);
});

function send(keys) {
  if (update === undefined || isOver) return;
  const isPointed = keys.some(({kind}) => kind === 'row' || kind === 'button');
  const last = unsent.at(-1);
  if (last !== undefined && !isPointed && !last.isPointed) last.keys.push(...keys);
  else unsent.push({keys: [...keys], place: update.place, isPointed});
  if (!isSending) flush();
}

async function flush() {
  isSending = true;
  while (unsent.length > 0 && !isOver) {
    const {keys, place} = unsent.shift();
    try {
      const response = await fetch('keys', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({place, keys}),
      });
      if (response.ok) answered = (await response.json()).serial;
      else if (response.status === 403) over('Not let in', await response.text());
      else if (response.status !== 409 && response.status !== 410) told('warning', await response.text());
    } catch {
      unsent.length = 0;
    }
  }
  isSending = false;
  settleLines();
}

// Lines of text: the browser edits them, and what it made of them is told as the keys that make the same.

class Line {
  constructor(input, error) {
    this.input = input;
    this.error = error;
    this.text = '';
    this.caret = 0;
    this.typing = undefined;
    this.isKnown = false;
    input.addEventListener('input', (event) => { if (!event.isComposing) this.tell(); });
    input.addEventListener('compositionend', () => this.tell());
  }

  show(typing) {
    this.typing = typing;
    if (typing === undefined) this.isKnown = false;
    if (!this.isKnown) this.input.value = typing?.text ?? '';
    this.input.hidden = typing === undefined;
    setText(this.error, typing?.error ?? '');
    this.error.hidden = typing?.error === undefined;
    this.input.setAttribute('aria-invalid', String(typing?.error !== undefined));
    this.settle();
  }

  // The state has the last word, once it has heard all.
  settle() {
    if (this.typing === undefined || isSending || unsent.length > 0 || shown < answered) return;
    this.text = this.typing.text;
    this.caret = this.typing.caret;
    if (this.isKnown && this.input.value === this.text) return;
    this.isKnown = true;
    this.input.value = this.text;
    this.input.setSelectionRange(this.caret, this.caret);
  }

  tell() {
    const before = this.text;
    const after = this.input.value;
    const shared = sharedEnds(before, after);
    const removed = before.slice(shared.start, before.length - shared.end);
    const added = after.slice(shared.start, after.length - shared.end);
    if (removed === '' && added === '') return;
    const from = before.length - shared.end;
    const [name, passed] = from < this.caret ? ['left', before.slice(from, this.caret)] : ['right', before.slice(this.caret, from)];
    send([
      ...Array.from(passed, () => named(name)),
      ...Array.from(removed, () => named('backspace')),
      ...(added === '' ? [] : [text(added)]),
    ]);
    this.text = after;
    this.caret = shared.start + added.length;
  }
}

// How many units two texts have in common at their start and at their end, no character cut in two.
function sharedEnds(one, other) {
  const most = Math.min(one.length, other.length);
  let start = 0;
  while (start < most && one[start] === other[start]) start += 1;
  if (/[\\uD800-\\uDBFF]/.test(one[start - 1] ?? '')) start -= 1;
  let end = 0;
  while (end < most - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  if (end > 0 && /[\\uDC00-\\uDFFF]/.test(one.at(-end))) end -= 1;
  return {start, end};
}

// The value of a row is edited inside that row.
const typingBlock = make('div', 'typing');
const typingInput = make('input');
typingInput.id = 'value';
typingInput.autocomplete = 'off';
typingInput.spellcheck = false;
typingInput.setAttribute('aria-describedby', 'value-hint value-error');
const typingHint = make('small');
typingHint.id = 'value-hint';
const typingError = make('small', 'error');
typingError.id = 'value-error';
typingError.setAttribute('role', 'alert');
typingBlock.append(typingInput, typingHint, typingError);

const valueLine = new Line(typingInput, typingError);
const queryLine = new Line(at('query'), at('query-error'));
const answerLine = new Line(at('answer'), at('answer-error'));
const lines = new Map([valueLine, queryLine, answerLine].map((line) => [line.input, line]));
const settleLines = () => { for (const line of lines.values()) line.settle(); };

// Lists: elements are kept for as long as there are rows, and drawn again only if theirs has changed.

class List {
  constructor(element, role, draw) {
    this.element = element;
    this.role = role;
    this.draw = draw;
    this.drawn = [];
    this.first = 0;
    this.rows = make('div');
    this.rows.setAttribute('role', 'presentation');
    this.above = make('button', 'more');
    this.below = make('button', 'more');
    for (const more of [this.above, this.below]) {
      more.type = 'button';
      more.tabIndex = -1;
    }
    this.above.onclick = () => send([{kind: 'row', index: this.first - 1, opens: false}]);
    this.below.onclick = () => send([{kind: 'row', index: this.first + this.drawn.length, opens: false}]);
    element.append(this.above, this.rows, this.below);
    element.addEventListener('click', (event) => this.click(event));
    element.addEventListener('dblclick', (event) => this.point(event, true));
  }

  show(items, cursor, {first, total}) {
    const {rows, drawn} = this;
    if (first !== this.first) drawn.length = 0;
    this.first = first;
    while (rows.children.length > items.length) rows.lastElementChild.remove();
    drawn.length = Math.min(drawn.length, items.length);
    items.forEach((item, index) => {
      const json = JSON.stringify(item);
      if (drawn[index] === json) return;
      const row = rows.children[index] ?? rows.appendChild(this.newRow(index));
      drawn[index] = json;
      row.setAttribute('aria-posinset', String(first + index + 1));
      row.setAttribute('aria-setsize', String(total));
      this.draw(row, item);
    });
    this.above.hidden = first === 0;
    setText(this.above, first + ' above');
    this.below.hidden = first + items.length >= total;
    setText(this.below, total - first - items.length + ' more');
    this.mark(rows.children[cursor - first]);
  }

  newRow(index) {
    const row = make('div', 'row');
    row.id = this.element.id + '-' + index;
    row.setAttribute('role', this.role);
    row.setAttribute('aria-selected', 'false');
    return row;
  }

  mark(row) {
    if (this.marked !== row) {
      this.marked?.setAttribute('aria-selected', 'false');
      row?.setAttribute('aria-selected', 'true');
      this.marked = row;
    }
    const owner = this.element.id === 'hits' ? [this.element, at('query')] : [this.element];
    for (const one of owner) {
      if (row === undefined) one.removeAttribute('aria-activedescendant');
      else one.setAttribute('aria-activedescendant', row.id);
    }
    row?.scrollIntoView({block: 'nearest'});
  }

  indexOf(event) {
    const row = event.target.closest('.row');
    return row === null ? -1 : this.first + Array.prototype.indexOf.call(this.rows.children, row);
  }

  click(event) {
    if (event.target.closest('.typing') !== null) return;
    const acts = event.target.closest('.acts');
    const index = this.indexOf(event);
    if (index < 0) return;
    if (acts === null) this.point(event, false);
    else if (acts.dataset.text === undefined) this.point(event, true);
    else send([{kind: 'row', index, opens: false}, text(acts.dataset.text)]);
  }

  point(event, opens) {
    if (event.target.closest('.typing') !== null || (opens && event.type === 'dblclick' && event.target.closest('.acts') !== null)) return;
    const index = this.indexOf(event);
    if (index >= 0) send([{kind: 'row', index, opens}]);
  }
}

function stateOf({kind, marker}) {
  if (marker.startsWith('(') && kind !== 'member') return 'value';
  return marker[1] === '*' || marker[1] === 'X' ? 'y' : marker[1] === 'M' ? 'm' : 'n';
}
const isFixed = (marker) => marker.startsWith('-') || marker.startsWith('{');
const said = {y: 'on', m: 'module', n: 'off'};

// With the letter underlined that leads to the row.
function promptOf({kind, prompt, opens, hotkey}) {
  const element = make('span', opens === undefined ? 'prompt' : 'prompt acts');
  const [before, after] = kind === 'comment' ? ['*** ', ' ***'] : ['', ''];
  if (hotkey < 0) element.append(before, prompt, after);
  else element.append(before, prompt.slice(0, hotkey), make('u', undefined, prompt[hotkey]), prompt.slice(hotkey + 1), after);
  return element;
}

function drawMenuRow(element, row) {
  const {kind, marker, prompt, symbol, chosen, opens, goal} = row;
  const state = marker === '' || marker === '---' ? undefined : stateOf(row);
  element.className = 'row is-' + kind + (row.isHidden ? ' is-hidden' : '') + (row.isChanged ? ' is-changed' : '');
  element.style.setProperty('--depth', String(row.depth));
  element.setAttribute('aria-level', String(row.depth + 1));
  const cells = make('div', 'cells');
  if (marker !== '') {
    const mark = make('span', state === undefined ? 'marker' : 'marker acts ' + state + (isFixed(marker) ? ' fixed' : ''), marker);
    // A number or a text is opened; all else takes its next value.
    if (state !== undefined && state !== 'value') mark.dataset.text = ' ';
    cells.append(mark);
  }
  const words = make('span', 'words');
  words.append(promptOf(row));
  if (chosen !== undefined) words.append(' ', make('span', 'chosen', '(' + chosen + ')'));
  if (opens !== undefined) words.append(' ', make('span', 'opens acts', opens === 'menu' ? '--->' : '----'));
  if (row.isNew) words.append(' ', make('span', 'tag new', 'NEW'));
  if (row.isHidden) words.append(' ', make('span', 'tag', 'hidden'));
  if (row.isChanged) words.append(' ', make('span', 'tag changed', 'changed'));
  if (goal !== undefined) words.append(' ', make('span', goal.isMet ? 'tag met' : 'tag unmet', goal.isMet ? '✓ recipe' : '✗ recipe: ' + goal.value));
  cells.append(words);
  if (symbol !== undefined) cells.append(make('span', 'side', symbol));
  const typed = element.querySelector('.typing');
  element.replaceChildren(cells, ...(typed === null ? [] : [typed]));
  element.removeAttribute('aria-checked');
  if (state !== undefined && state !== 'value') element.setAttribute('aria-checked', {y: 'true', m: 'mixed', n: 'false'}[state]);
  element.setAttribute('aria-label', [
    prompt,
    state === undefined ? '' : said[state] ?? marker.slice(1, -1),
    state !== undefined && isFixed(marker) ? 'fixed' : '',
    chosen === undefined ? '' : 'chosen: ' + chosen,
    opens === undefined ? '' : opens,
    row.isNew ? 'new' : '', row.isHidden ? 'hidden' : '', row.isChanged ? 'changed' : '',
    goal === undefined ? '' : goal.isMet ? 'as the recipe asks' : 'the recipe asks for ' + goal.value,
    symbol ?? '',
  ].filter((part) => part !== '').join(', '));
}

const valueOf = (value) => make('span', 'marker ' + (value === 'y' || value === 'm' || value === 'n' ? value : 'value'), value === '' ? '(none)' : value);

function drawHit(element, {symbol, type, value, prompt, matched}) {
  const cells = make('div', 'cells');
  const words = make('span', 'words');
  words.append(make('span', 'name', symbol), ' ', make('span', 'faint', prompt ?? '(no prompt)'));
  if (matched === 'help') words.append(' ', make('span', 'tag', 'in its help'));
  cells.append(valueOf(value), words, make('span', 'side', type));
  element.replaceChildren(cells);
}

function drawChange(element, {symbol, prompt, before, after, cause}) {
  const cells = make('div', 'cells');
  const values = make('span', 'change');
  values.append(valueOf(before), ' → ', valueOf(after));
  const words = make('span', 'words');
  words.append(make('span', 'name', symbol), ' ', make('span', 'faint', prompt ?? ''));
  cells.append(values, words, make('span', 'side', {asked: 'asked for', needed: 'needed', follows: 'follows'}[cause]));
  element.replaceChildren(cells);
}

const lists = {
  menu: new List(at('rows'), 'treeitem', drawMenuRow),
  search: new List(at('hits'), 'option', drawHit),
  changes: new List(at('differences'), 'option', drawChange),
};
const listOf = (kind) => lists[kind];

// Panels.

const scopes = [['all', 'All'], ['symbol', 'Symbols'], ['prompt', 'Prompts'], ['help', 'Help']];
for (const [index, [scope, label]] of scopes.entries()) {
  const button = make('button', 'scope', label);
  button.type = 'button';
  button.tabIndex = -1;
  button.onclick = () => {
    const now = scopes.findIndex(([one]) => one === update.screen.panel.scope);
    send(Array.from({length: (index - now + scopes.length) % scopes.length}, () => named('tab')));
  };
  at('count').before(button);
}

const panels = {
  menu({title, rows, cursor, typing, buttons, button}) {
    setText(at('menu-title'), title);
    // The main menu is named above already.
    at('menu-title').className = update.screen.title.endsWith(title) ? 'unseen' : '';
    lists.menu.show(rows.map((row, index) => ({...row, hotkey: update.hotkeys[index]})), cursor, update);
    const row = lists.menu.marked;
    if (typing === undefined || row === undefined) typingBlock.remove();
    else if (typingBlock.parentElement !== row) row.append(typingBlock);
    setText(typingHint, typing?.hint ?? '');
    valueLine.show(typing);
    if (typing !== undefined) typingInput.setAttribute('aria-label', row?.getAttribute('aria-label') ?? title);
    typingBlock.scrollIntoView({block: 'nearest'});
    showButtons(buttons.map((label, index) => [label, {kind: 'button', index}]), button);
    return typing === undefined ? at('rows') : typingInput;
  },
  search({query, scope, focus, hits, total, cursor, details}) {
    setText(at('count'), total > update.total ? total + ' found, ' + update.total + ' shown' : total + ' found');
    lists.search.show(hits, cursor, update);
    queryLine.show(query);
    for (const [index, button] of at('scopes').querySelectorAll('button').entries()) {
      button.setAttribute('aria-pressed', String(scopes[index][0] === scope));
    }
    showDetails(details);
    showButtons([['Go there', {kind: 'row', index: cursor, opens: true}], ['Back', named('escape')]]);
    at('search').classList.toggle('among-hits', focus === 'hits');
    return focus === 'query' ? at('query') : at('hits');
  },
  text({title, lines}) {
    setText(at('text-title'), title);
    showLines(at('lines'), lines);
    showButtons([['Back', named('escape')]]);
    return at('lines');
  },
  changes({title, purpose, rows, cursor}) {
    setText(at('changes-title'), title);
    lists.changes.show(rows, cursor, update);
    showButtons([[purpose === 'proposal' ? 'Do it' : 'Go there', named('enter')], ['Back', named('escape')]], 0);
    return at('differences');
  },
};

function showLines(element, all) {
  const joined = all.join('\\n');
  if (element.textContent === joined) return;
  element.textContent = joined;
  element.scrollTop = 0;
}

// Places to go to are numbered; their number is what one types among the hits.
function showDetails(all) {
  const element = at('details');
  const joined = all.join('\\n');
  if (element.textContent === joined) return;
  element.replaceChildren(...all.flatMap((line, index) => {
    const number = /^\\s*\\(([1-9])\\)/.exec(line)?.[1];
    const part = number === undefined ? line : make('span', 'acts place', line);
    if (number !== undefined) part.onclick = () => send([{kind: 'row', index: update.screen.panel.cursor, opens: false}, text(number)]);
    return index === 0 ? [part] : ['\\n', part];
  }));
  element.scrollTop = 0;
}

// Labels may come as mconf writes them, <Select>.
const labelOf = (text) => text.replace(/^<\\s*(.*?)\\s*>$/, '$1');

function showButtons(all, marked) {
  fillButtons(at('buttons'), all, marked);
  const label = all[marked]?.[0];
  setText(at('marked'), label === undefined ? '' : 'button ' + labelOf(label));
}

function fillButtons(bar, all, marked) {
  while (bar.children.length > all.length) bar.lastElementChild.remove();
  all.forEach(([label, key], index) => {
    const button = bar.children[index] ?? bar.appendChild(make('button'));
    button.type = 'button';
    button.tabIndex = -1;
    setText(button, labelOf(label));
    button.onclick = () => send([key]);
    button.toggleAttribute('aria-current', index === marked);
    if (index === marked) button.setAttribute('aria-current', 'true');
  });
}

function showPath(all, title) {
  const path = all.at(-1) === title ? all.slice(0, -1) : all;
  at('path').replaceChildren(...path.map((title) => make('span', undefined, title)));
  at('path').hidden = path.length === 0;
}

function told(severity, words) {
  setText(at('message'), words);
  at('message').className = severity;
}

function showDialog(dialog) {
  const element = at('dialog');
  if (dialog === undefined) {
    if (element.open) element.close();
    answerLine.show(undefined);
    return undefined;
  }
  setText(at('dialog-title'), dialog.title);
  at('dialog-title').hidden = dialog.title === '';
  showLines(at('dialog-lines'), dialog.lines);
  at('dialog-lines').hidden = dialog.lines.length === 0;
  if (!element.open) element.showModal();
  answerLine.show(dialog.typing);
  fillButtons(at('answers'), dialog.buttons.map((label, index) => [label, {kind: 'button', index}]), dialog.button);
  return dialog.typing === undefined ? at('answers').children[dialog.button] ?? element : at('answer');
}

function show() {
  shown = update.serial;
  const {title, path, panel, dialog, message, unsaved, showsHidden} = update.screen;
  setText(at('title'), title);
  document.title = (unsaved > 0 ? '• ' : '') + title;
  setText(at('unsaved'), unsaved === 0 ? 'saved' : unsaved + ' unsaved');
  at('unsaved').classList.toggle('some', unsaved > 0);
  at('hidden').hidden = !showsHidden;
  showPath(path, panel.title);
  told(message?.severity ?? 'said', message?.text ?? '');
  for (const kind of Object.keys(panels)) at(kind).hidden = kind !== panel.kind;
  const takesCommands = dialog === undefined && (panel.kind === 'menu' ? panel.typing === undefined : panel.focus === 'hits');
  for (const button of at('commands').querySelectorAll('[data-text]')) button.disabled = !takesCommands;
  if (panel.kind !== 'menu') valueLine.show(undefined);
  if (panel.kind !== 'search') queryLine.show(undefined);
  const focus = panels[panel.kind](panel);
  const asked = showDialog(dialog);
  const wanted = asked ?? focus;
  if (!at('keys').open && document.activeElement !== wanted) wanted.focus({preventScroll: true});
}

// A page of many updates between two frames shows the last.
let isWaiting = false;
function showSoon() {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    if (!isOver) show();
  });
}

function over(title, words) {
  isOver = true;
  events?.close();
  for (const one of document.querySelectorAll('dialog')) one.close();
  setText(at('over-title'), title);
  setText(at('over-text'), words);
  at('over').showModal();
}

const endings = {
  quit: ['menuconfig has ended', 'This page can be closed.'],
  stopped: ['menuconfig was stopped', 'What was not saved is offered when it is started again. This page can be closed.'],
  failed: ['menuconfig has failed', 'Its terminal says how. What was not saved is offered when it is started again.'],
};

let events;
function listen() {
  events = new EventSource('events');
  events.addEventListener('update', ({data}) => {
    update = JSON.parse(data);
    showSoon();
  });
  events.addEventListener('ended', ({data}) => over(...endings[JSON.parse(data)]));
  events.addEventListener('error', () => {
    if (events.readyState === EventSource.CLOSED) over('Not let in', 'Open the address that kbuild menuconfig has printed.');
    else told('warning', 'There is no connection to kbuild menuconfig. Trying again …');
  });
}

// The token is in a cookie now; it is not to stay where people see it, or in the list of pages visited.
history.replaceState(null, '', location.pathname);
for (const button of document.querySelectorAll('#commands [data-text]')) button.onclick = () => send([text(button.dataset.text)]);
at('f2').onclick = () => at('keys').showModal();
at('keys-close').onclick = () => at('keys').close();
at('dialog').addEventListener('cancel', (event) => event.preventDefault());
at('over').addEventListener('cancel', (event) => event.preventDefault());
// What is pressed with a pointer leaves the focus where keys are.
addEventListener('mousedown', (event) => { if (event.target.closest('button') !== null) event.preventDefault(); });
// A page that is not seen holds no connection: a browser has but six for a host.
addEventListener('visibilitychange', () => {
  if (isOver) return;
  if (document.visibilityState === 'hidden') events.close();
  else listen();
});
if (document.visibilityState === 'visible') listen();
`;
