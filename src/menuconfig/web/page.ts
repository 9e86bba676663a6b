/** The one page: a frame without a word of the configuration, which its script fills in. */

import {digestOf} from '../../base/digest.ts';
import {script} from './script.ts';
import {style} from './style.ts';

/** What the page may do, as a header: run its own style and script, and talk to where it came from. */
export const policy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Commands that pointing needs: each is what one types. */
const commands = [
  ['/', 'Search'],
  ['?', 'Help'],
  ['!', 'Why'],
  ['*', 'Enable with needs'],
  ['<', 'Undo'],
  ['>', 'Redo'],
  ['=', 'Changes'],
  ['z', 'Hidden'],
] as const;

const legend = [
  ['↑ ↓ + −, Page Up, Page Down, Home, End', 'move'],
  ['Enter', 'open the menu or the choice, or edit the value; what the marked button says'],
  ['Tab, ← →', 'mark the next button'],
  ['Space, Y, M, N', 'set: the next value, built in, module, off'],
  ['other letters', 'go to the next row where that one is underlined'],
  ['Esc, Esc Esc', 'back'],
  ['/', 'search; Tab says in what'],
  ['?, F1', 'help'],
  ['!', 'why it is so, and what blocks it'],
  ['*', 'enable it with what it needs'],
  ['< Ctrl-Z, > Ctrl-Y', 'undo, redo'],
  ['=', 'what changed since the start'],
  ['H, Z', 'show hidden rows, or not'],
  ['F2', 'this list'],
] as const;

export const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>menuconfig</title>
<style>${style}</style>
</head>
<body>
<header>
<h1 id="title">menuconfig</h1>
<span id="hidden" class="chip" hidden>hidden ones shown</span>
<span id="unsaved" class="chip"></span>
<div id="commands" role="toolbar" aria-label="Commands">
${commands.map(([key, label]) => `<button type="button" tabindex="-1" data-text="${escaped(key)}" title="${label}" aria-label="${label}" aria-keyshortcuts="${escaped(key)}"><kbd>${escaped(key)}</kbd><span>${label}</span></button>`).join('\n')}
<button type="button" tabindex="-1" id="f2" title="Keys"><kbd>F2</kbd><span>Keys</span></button>
</div>
</header>
<main>
<nav id="path" aria-label="Menus around"></nav>
<section id="menu" aria-labelledby="menu-title" hidden>
<h2 id="menu-title"></h2>
<div id="rows" class="list" role="tree" tabindex="0" aria-labelledby="menu-title"></div>
</section>
<section id="search" aria-label="Search" hidden>
<div class="line"><span aria-hidden="true">/</span><input id="query" type="text" role="combobox" aria-label="Search for words or a regular expression" aria-controls="hits" aria-expanded="true" aria-autocomplete="list" aria-describedby="query-error" placeholder="words, or a regular expression" autocomplete="off" autocapitalize="off" spellcheck="false"></div>
<p id="query-error" class="error" role="alert"></p>
<div id="scopes" role="group" aria-label="What is searched (Tab)"><span id="count" role="status"></span></div>
<div id="found"><div id="hits" class="list" role="listbox" tabindex="-1" aria-label="Found"></div><div id="details" class="lines" role="region" aria-label="What is known of it"></div></div>
</section>
<section id="text" aria-labelledby="text-title" hidden>
<h2 id="text-title"></h2>
<div id="lines" class="lines" role="document" tabindex="0" aria-labelledby="text-title"></div>
</section>
<section id="changes" aria-labelledby="changes-title" hidden>
<h2 id="changes-title"></h2>
<div id="differences" class="list" role="listbox" tabindex="0" aria-labelledby="changes-title"></div>
</section>
</main>
<footer>
<p id="message" role="status"></p>
<div id="buttons" role="toolbar" aria-label="Buttons (Tab, ← →)"></div>
<p id="marked" class="unseen" role="status"></p>
</footer>
<dialog id="dialog" aria-labelledby="dialog-title">
<h2 id="dialog-title"></h2>
<div id="dialog-lines"></div>
<input id="answer" type="text" aria-labelledby="dialog-title" aria-describedby="answer-error" autocomplete="off" autocapitalize="off" spellcheck="false">
<p id="answer-error" class="error" role="alert"></p>
<div id="answers"></div>
</dialog>
<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title" tabindex="-1" autofocus>Keys</h2>
<dl>
${legend.map(([keys, meaning]) => `<dt>${escaped(keys)}</dt><dd>${meaning}</dd>`).join('\n')}
</dl>
<p>The browser keeps what it does with Ctrl, Alt and ⌘ (but Ctrl-Z and Ctrl-Y), F5, F6 (leaves the page for the address bar), F7, F10, F11 and F12. In a line of text its keys for editing hold.</p>
<p>A click on a value sets it or opens it; a click on a row goes there, and a double click does what Enter does.</p>
<div class="answers"><button type="button" id="keys-close">Close</button></div>
</dialog>
<dialog id="over" aria-labelledby="over-title"><h2 id="over-title"></h2><p id="over-text"></p></dialog>
<noscript><p class="error">This page needs its script.</p></noscript>
<script>${script}</script>
</body>
</html>
`;

/** As Content-Security-Policy 3 §2.3.1 writes the digest of an element's text. */
function hashOf(text: string): string {
  return `sha256-${Buffer.from(digestOf(text), 'hex').toString('base64')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
