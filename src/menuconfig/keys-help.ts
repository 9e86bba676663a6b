/** What the keys do, shown where a row has no help of its own. */

export const keysHelp: readonly string[] = `
  [ ] can be built in or removed          [*] built in
  < > can be built in, modular or removed <M> module
  { } selected: can be built in or modular
  -*- selected by another, cannot be changed

Moving
  Up, Down, -, +, PageUp, PageDown, Home, End
  a letter          the next row that begins with it (not y, n, m, h)
  Enter             open a menu or a choice, edit a number or a text
  Esc, e, x         leave the menu; in the main menu, the program
  Tab, Left, Right  go through the buttons

Setting
  y, m, n           build in, as a module, not at all
  Space             the next of these that is possible
  Ctrl-Z or <       undo
  Ctrl-Y or >       redo
  =                 what changed since the start

Asking
  ? or F1           the help of the row
  !                 why the row has its value, and what blocks another
  *                 enable the row with all it needs: shown first
  /                 search symbols, prompts and help texts
  h or z            show hidden rows too, or no more
`
  .trim()
  .split('\n');
