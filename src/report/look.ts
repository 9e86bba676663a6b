/** What the page looks like, and what it does when one types: both are in it, and nothing else is loaded. */

export const style = `
:root{color-scheme:light dark;--paper:#fff;--card:#f5f7fa;--edge:#d5dbe3;--text:#1c2128;--faint:#59636e;--link:#0550ae;
--y:#116329;--y-paper:#dafbe1;--m:#0550ae;--m-paper:#ddf4ff;--n:#59636e;--n-paper:#e9edf1;--warn:#7d4e00;--warn-paper:#fff4d1}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--card:#161b22;--edge:#30363d;--text:#e6edf3;--faint:#9aa4af;--link:#79c0ff;
--y:#7ee787;--y-paper:#12361f;--m:#79c0ff;--m-paper:#0c2d4f;--n:#9aa4af;--n-paper:#21262d;--warn:#f2cc60;--warn-paper:#352a0a}}
*{box-sizing:border-box}
html{scroll-padding-top:4.5rem}
body{margin:0;background:var(--paper);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main,header>div{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{position:sticky;top:0;z-index:1;background:var(--paper);border-bottom:1px solid var(--edge)}
header>div{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem 1.1rem;padding-top:.6rem;padding-bottom:.6rem}
header a{white-space:nowrap}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
input{flex:1 1 16rem;min-width:0;padding:.45rem .7rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:6px}
h1{margin:1.6rem 0 0;font-size:1.75rem;line-height:1.2}
h2{margin:2.4rem 0 .5rem;font-size:1.25rem}
h2 small,summary small{color:var(--faint);font-weight:400;font-size:.85em}
p{margin:.35rem 0;max-width:60rem}
.faint,.r>p,.r span,.r small{color:var(--faint)}
.facts{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.1rem 0 0;padding:0;list-style:none}
.facts li{padding:.5rem .9rem;background:var(--card);border:1px solid var(--edge);border-radius:8px;color:var(--faint)}
.facts b{display:block;color:var(--text);font-size:1.3rem;line-height:1.25}
.note{padding:.5rem .8rem;color:var(--warn);background:var(--warn-paper);border-radius:6px}
b,i,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.93em;font-weight:400;font-style:normal;overflow-wrap:anywhere}
.facts b,h1{font-family:inherit;font-weight:650}
table{width:100%;border-collapse:collapse}
th,td{padding:.35rem .6rem .35rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--edge)}
th{color:var(--faint);font-weight:600;font-size:.88em}
tbody th{padding-top:1.1rem;color:var(--text);font-size:1em}
td:last-child{padding-right:0}
td span{display:block}
td:first-child{min-width:15rem}
.met{white-space:nowrap}
i{padding:.05em .42em;border-radius:4px;background:var(--n-paper);color:var(--n)}
i.y{color:var(--y);background:var(--y-paper)}
i.m{color:var(--m);background:var(--m-paper)}
.u{color:var(--warn)}
.menu{margin:.25rem 0}
.menu>summary{padding:.2rem 0;font-weight:600}
summary{cursor:pointer}
.in{margin-left:.45rem;padding-left:.95rem;border-left:1px solid var(--edge)}
.r{padding:.14rem 0}
.r>p,.with{margin:.1rem 0 .1rem 1.2rem;overflow-wrap:anywhere}
div.r{padding-left:1.1rem}
.r:target{background:var(--warn-paper)}
button{margin:.5rem 0;padding:.35rem .8rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:6px;cursor:pointer}
[hidden]{display:none!important}
@media (max-width:40rem){header{position:static}thead{display:none}td{display:inline-block;border:0;padding:.1rem .8rem .1rem 0}td:first-child{display:block}tr{border-bottom:1px solid var(--edge);display:block;padding:.3rem 0}}
@media print{header{display:none}}
`;

/**
 * Every word has to be in a row's `SYMBOL=value prompt`. Rows of tables are hidden where they are; of the others, which may be
 * many thousands in closed menus, the first that were found stand in a list of their own.
 */
export const script = `
'use strict';
const most = 60;
const box = document.getElementById('-search');
const told = document.getElementById('-told');
let sections;
function textOf(row) {
  const at = row.matches('details') ? row.firstElementChild : row;
  const part = (tag) => { const one = at.querySelector(tag); return one === null ? '' : one.textContent; };
  return (part('b') + '=' + part('i') + ' ' + part('span')).toLowerCase();
}
function prepare() {
  sections ??= Array.from(document.querySelectorAll('section'), (section) => {
    const all = section.querySelector('.all');
    const list = document.createElement('div');
    all.after(list);
    const rows = Array.from(all.querySelectorAll('.r'), (row) => ({row, text: textOf(row)}));
    return {section, all, list, rows, isTable: all.matches('table')};
  });
}
function rank(text, word) {
  return text.startsWith(word + '=') ? 0 : text.startsWith(word) ? 1 : text.slice(0, text.indexOf('=')).includes(word) ? 2 : 3;
}
// What is inside a row is copied when it is opened: it may be thousands of others.
function copyOf(row) {
  const isOpened = row.matches('details');
  const copy = row.cloneNode(!isOpened);
  copy.removeAttribute('id');
  const menu = row.closest('.menu');
  const where = document.createElement('small');
  where.textContent = menu === null ? '' : 'in ' + menu.firstElementChild.firstChild.textContent;
  if (!isOpened) { copy.append(' ', where); return copy; }
  copy.open = false;
  const summary = row.firstElementChild.cloneNode(true);
  summary.append(' ', where);
  copy.append(summary);
  copy.addEventListener('toggle', () => {
    copy.append(...Array.from(row.children).slice(1).map((one) => one.cloneNode(true)));
  }, {once: true});
  return copy;
}
function show({list}, found, count) {
  list.replaceChildren(...found.slice(0, count).map(({row}) => copyOf(row)));
  if (found.length <= count) return;
  const more = document.createElement('button');
  more.textContent = 'Show all ' + found.length;
  more.onclick = () => show({list}, found, found.length);
  list.append(more);
}
function search() {
  prepare();
  const words = box.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
  let sum = 0;
  for (const one of sections) {
    const found = words.length === 0 ? [] : one.rows.filter(({text}) => words.every((word) => text.includes(word)));
    sum += found.length;
    one.section.hidden = words.length > 0 && found.length === 0;
    if (one.isTable) {
      const hits = new Set(found);
      for (const row of one.rows) row.row.hidden = words.length > 0 && !hits.has(row);
      for (const group of one.all.tBodies) group.hidden = group.querySelector('.r:not([hidden])') === null;
    } else {
      one.all.hidden = words.length > 0;
      const ranked = found.map((row) => ({...row, rank: rank(row.text, words[0])}));
      show(one, ranked.sort((a, b) => a.rank - b.rank), most);
    }
  }
  told.textContent = words.length === 0 ? '' : sum === 0 ? 'nothing found' : sum + ' found';
}
function reveal() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (row === null) return;
  if (box.value !== '') { box.value = ''; search(); }
  for (let one = row; one !== null; one = one.parentElement) if (one.matches('details')) one.open = true;
  row.scrollIntoView();
}
box.hidden = false;
let waiting = false;
box.addEventListener('input', () => {
  // Of what is typed between two frames the last counts.
  if (!waiting) requestAnimationFrame(() => { waiting = false; search(); });
  waiting = true;
});
box.addEventListener('focus', prepare, {once: true});
addEventListener('hashchange', reveal);
// A second click on the same link changes no hash.
addEventListener('click', ({target}) => { if (target.matches('a[href="' + CSS.escape(location.hash) + '"]')) reveal(); });
addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== box) { event.preventDefault(); box.focus(); box.select(); }
  if (event.key === 'Escape' && box.value !== '') { box.value = ''; search(); }
});
if (location.hash !== '') reveal();
if (box.value !== '') search();
`;
