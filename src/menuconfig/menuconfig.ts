/** The state of a menuconfig: keys go in, a screen and things to do come out. It touches no file and no terminal. */

import {ConfigSymbol, type MenuNode, type Session} from '../kconfig/index.ts';
import type {Goal} from '../recipe/recipe.ts';
import {readable} from './bytes.ts';
import {ChangesPanelState} from './changes-panel.ts';
import {ChoicePanelState} from './choice-panel.ts';
import type {Button, Desk, PanelState} from './desk.ts';
import type {Edit, Effect} from './effect.ts';
import {Enabling} from './enabling.ts';
import {Goals} from './goals.ts';
import {type Applied, History, type Moved, type Refused, type Settings} from './history.ts';
import type {Key} from './key.ts';
import {MenuPanelState} from './menu-panel.ts';
import {promptOf} from './menu-rows.ts';
import {alsoChanged, goalUnmet, loaded, stepMoved} from './messages.ts';
import {ProposalPanel} from './proposal-panel.ts';
import {type Answer, Question} from './question.ts';
import type {Message, Screen} from './screen.ts';
import {SymbolSearch} from './search.ts';

export type Start = {
  /** One made `asMconf`. */
  readonly session: Session;
  /** The .config as the user named it. */
  readonly file: string;
  /** What that file holds, as it is on disk (Latin-1); undefined where there is none yet. */
  readonly saved?: string;
  /** What the recipe asks for; empty without one. */
  readonly goals: readonly Goal[];
  /** The recipe's file as the user named it, where goals can be saved. */
  readonly recipe?: string;
};

export class Menuconfig {
  readonly #session: Session;
  readonly #history: History;
  readonly #goals: Goals;
  readonly #recipe: string | undefined;
  readonly #desk: Desk;
  /** The topmost is the last. */
  readonly #panels: PanelState[] = [];
  #file: string;
  /** What the file holds as far as is known. */
  #saved: string | undefined;
  #question: Question | undefined;
  #message: Message | undefined;
  #showsHidden = false;
  #effects: Effect[] = [];
  #search: SymbolSearch | undefined;
  #enabling: Enabling | undefined;

  constructor({session, file, saved, goals, recipe}: Start) {
    this.#session = session;
    this.#file = file;
    this.#saved = saved;
    this.#recipe = recipe;
    this.#history = new History(session);
    this.#goals = new Goals(session, goals);
    this.#desk = this.#makeDesk();
    this.#panels.push(new MenuPanelState(this.#desk, session.model.root));
  }

  /** Does what a key is for. Returns what is left to the program, in order; what came of that, it tells by `say` and `saved`. */
  press(key: Key): readonly Effect[] {
    this.#effects = [];
    this.#message = undefined;
    const panel = this.#top();
    if (key.kind === 'control' && key.letter === 'c') this.#leave();
    else if (this.#question) this.#question.press(key);
    else if (panel.isTyping || !this.#pressAnywhere(key)) panel.press(key);
    this.#top().refresh();
    return this.#effects;
  }

  /** Whether a key may take so long that who pressed it is to see that first: a proposal is looked for. */
  takesTime(key: Key): boolean {
    const panel = this.#top();
    if (this.#question || panel.isTyping || key.kind !== 'text') return false;
    return panel instanceof ProposalPanel ? /[ymn]/.test(key.text) : key.text.includes('*');
  }

  /** Makes a piece of what takes longer the first time, while no key waits; false once all is there. */
  prepare(): boolean {
    return this.#session.prepareSome() || this.#desk.search().readAhead();
  }

  screen(): Screen {
    const dialog = this.#question?.dialog();
    return {
      title: `${this.#file} - ${readable(this.#session.model.mainMenuTitle)}`,
      path: this.#path(),
      panel: this.#top().panel(),
      ...(dialog && {dialog}),
      ...(this.#message && {message: this.#message}),
      unsaved: this.#history.unsaved,
      showsHidden: this.#showsHidden,
    };
  }

  /** Shows what the program has to tell, until the next key. */
  say(message: Message): void {
    this.#message = message;
  }

  /** Makes the steps of an earlier run again; returns those that this tree does not take any more. */
  replay(edits: readonly Edit[]): readonly Edit[] {
    const refused = this.#history.replay(edits);
    this.#top().refresh();
    return refused;
  }

  /** Takes all values from the text of a .config (Latin-1) that the user asked to load; its name is the one to save to from then on. */
  load(config: string, file: string): readonly Effect[] {
    this.#effects = [];
    const {changes, edit, warnings} = this.#history.read(config);
    this.#edited(edit);
    this.#file = file;
    this.#saved = undefined;
    this.#message = goalUnmet(this.#goals.unmetBy(changes)) ?? loaded(file, warnings);
    this.#top().refresh();
    return this.#effects;
  }

  /** What there is now counts as saved. @param file the name of the .config from now on, if it was saved to another */
  saved(file = this.#file): void {
    this.#file = file;
    this.#saved = this.config();
    this.#history.saved();
  }

  /** The .config (Latin-1), byte for byte as `make menuconfig` writes it after the same choices. */
  config(): string {
    return this.#session.write();
  }

  /** What `make savedefconfig` makes of it. */
  defconfig(): string {
    return this.#session.minimalConfig();
  }

  /** The symbols that have another value than at the start, in the order of the menu. */
  changedSymbols(): readonly ConfigSymbol[] {
    return this.#history.changedSymbols();
  }

  #top(): PanelState {
    return this.#panels.at(-1)!;
  }

  /** As mconf's line below the title: the menus, without what only has something depending on it below. */
  #path(): string[] {
    const path: string[] = [];
    const shown = this.#panels.findLast(({menu}) => menu)?.menu;
    for (let menu = shown; menu?.parent; menu = menu.parent) {
      if (menu === shown ? !menu.symbol?.isChoice : menu.prompt?.kind === 'menu')
        path.unshift(promptOf(menu));
    }
    return path;
  }

  #makeDesk(): Desk {
    const {model} = this.#session;
    return {
      session: this.#session,
      history: this.#history,
      goals: this.#goals,
      search: () => (this.#search ??= new SymbolSearch(model)),
      enabling: () => (this.#enabling ??= new Enabling(model)),
      showsHidden: () => this.#showsHidden,
      toggleHidden: () => {
        this.#showsHidden = !this.#showsHidden;
      },
      open: (panel) => this.#panels.push(panel),
      close: () => {
        if (this.#panels.length > 1) this.#panels.pop();
        else this.#leave();
      },
      say: (text, severity = 'said') => this.say({severity, text}),
      set: (values) => this.#set(values),
      press: (button) => this.#press(button),
      goTo: (place) => this.#goTo(place),
    };
  }

  /** The keys that do the same in every panel; returns whether this is one. */
  #pressAnywhere(key: Key): boolean {
    const letter = key.kind === 'control' ? `ctrl-${key.letter}` : key.kind === 'text' ? key.text : '';
    switch (letter) {
      case 'ctrl-z':
      case '<':
        this.#move(this.#history.undo(), 'undone');
        return true;
      case 'ctrl-y':
      case '>':
        this.#move(this.#history.redo(), 'redone');
        return true;
      case '=':
        if (this.#top() instanceof ChangesPanelState) this.#panels.pop();
        else this.#panels.push(new ChangesPanelState(this.#desk));
        return true;
      default:
        return false;
    }
  }

  #move(moved: Moved | undefined, how: 'undone' | 'redone'): void {
    if (!moved) {
      this.#desk.say(how === 'undone' ? 'There is nothing to undo.' : 'There is nothing to redo.');
      return;
    }
    this.#edited(moved.edit);
    this.#message = goalUnmet(this.#goals.unmetBy(moved.changes)) ?? stepMoved(moved, how);
  }

  #set(values: Settings): Applied | Refused {
    const result = this.#history.set(values);
    if (!result.accepted) return result;
    this.#edited(result.edit);
    this.#message = goalUnmet(this.#goals.unmetBy(result.changes)) ?? alsoChanged(values, result.changes);
    return result;
  }

  #edited(edit: Edit): void {
    this.#effects.push({kind: 'edited', edit});
  }

  #goTo(place: ConfigSymbol | MenuNode): void {
    const node = place instanceof ConfigSymbol ? this.#nodeOf(place) : place;
    if (!node) {
      this.#desk.say(`No menu shows ${(place as ConfigSymbol).displayName}.`);
      return;
    }
    let shown = node;
    while (shown.parent && !this.#isThere(shown)) shown = shown.parent;
    const menu = shown.parent ?? shown;
    const {symbol} = menu;
    this.#panels.push(
      symbol?.isChoice && this.#session.value(symbol) === 'y'
        ? new ChoicePanelState(this.#desk, menu, shown)
        : new MenuPanelState(this.#desk, symbol?.isChoice ? menu.parent! : menu, shown),
    );
    if (shown !== node) this.#desk.say(`${promptOf(node)} is hidden: ! tells why, h shows hidden rows.`);
  }

  #nodeOf({nodes}: ConfigSymbol): MenuNode | undefined {
    const prompted = nodes.filter(({prompt}) => prompt);
    return prompted.find((node) => this.#session.isShown(node)) ?? prompted[0];
  }

  #isThere(node: MenuNode): boolean {
    return this.#showsHidden && !node.parent?.symbol?.isChoice ? !!node.prompt : this.#session.isShown(node);
  }

  #press(button: Button): void {
    if (button === 'save') this.#ask('Save', saveLines, this.#saveAnswers());
    else if (button === 'load') this.#ask('Load', loadLines, this.#loadAnswers());
    else this.#leave();
  }

  #ask(title: string, lines: readonly string[], answers: readonly Answer[]): void {
    this.#question = new Question(title, lines, answers, () => {
      this.#question = undefined;
    });
  }

  #saveAnswers(): Answer[] {
    const save = (format: 'config' | 'defconfig' | 'recipe') => (path: string) => {
      if (path !== '') this.#effects.push({kind: 'save', format, path, thenQuit: false});
    };
    return [
      {button: 'Save', act: save('config'), suggests: this.#file},
      {button: 'As defconfig', act: save('defconfig'), suggests: 'defconfig'},
      ...(this.#recipe === undefined
        ? []
        : [{button: 'As goals of the recipe', act: save('recipe'), suggests: this.#recipe}]),
      {button: 'Cancel', act: () => {}},
    ];
  }

  #loadAnswers(): Answer[] {
    const load = (path: string) => {
      if (path !== '') this.#effects.push({kind: 'load', path});
    };
    return [
      {button: 'Load', act: load, suggests: this.#file},
      {button: 'Cancel', act: () => {}},
    ];
  }

  /** Asks first, if something is not saved. */
  #leave(): void {
    const quit = () => this.#effects.push({kind: 'quit'});
    if (this.#saved !== undefined && this.#history.unsaved === 0 && this.config() === this.#saved) {
      quit();
      return;
    }
    const save = (format: 'config' | 'recipe', path: string) => () =>
      this.#effects.push({kind: 'save', format, path, thenQuit: true});
    this.#ask(
      'Exit',
      ['Do you wish to save your new configuration?'],
      [
        {button: 'Save', act: save('config', this.#file)},
        ...(this.#recipe === undefined
          ? []
          : [{button: 'Recipe: save goals', act: save('recipe', this.#recipe)}]),
        {button: 'Do not save', act: quit},
        {button: 'Stay', act: () => {}},
      ],
    );
  }
}

const saveLines = [
  'The name of the file to save to. Tab goes through what to save; an empty name saves nothing.',
];
const loadLines = ['The name of the .config to load. An empty name loads nothing.'];
