/**
 * A menuconfig with its files: what the state leaves to the program around it is done here, and what came of it is told. It is
 * the application that a view shows: the state, and now and then a question of its own laid over it.
 */

import {realpathSync} from 'node:fs';
import {resolve} from 'node:path';
import {KbuildError, renderDiagnostic} from '../base/diagnostic.ts';
import type {Session} from '../kconfig/index.ts';
import type {Application} from './application.ts';
import {readable} from './bytes.ts';
import type {Effect, SaveFormat} from './effect.ts';
import type {Key} from './key.ts';
import type {Menuconfig} from './menuconfig.ts';
import {type Answer, Question} from './question.ts';
import {type EditedRecipe, savedGoalsText, saveGoals} from './saved-goals.ts';
import {fileProblem, type KnownFiles} from './saving.ts';
import type {Message, Screen} from './screen.ts';
import type {Journal, Step, Unsaved} from './unsaved.ts';

/** The state over one configuration. */
export type Opened = {readonly menu: Menuconfig; readonly session: Session};

export type ProgramStart = {
  readonly cwd: string;
  /** Makes the state over a .config text; undefined for the defaults. */
  readonly open: (config: string | undefined) => Opened;
  /** What is opened. */
  readonly config: string | undefined;
  /** The file it was read from, where that only stands in for one that is not there. */
  readonly standIn?: string;
  /** The .config that is edited, by its absolute path, where it is no recipe. */
  readonly path?: string;
  readonly recipe?: EditedRecipe;
  readonly files: KnownFiles;
  readonly journal: Journal;
  /** What `--set` asks for, set first of all. */
  readonly settings: readonly (readonly [symbol: string, value: string])[];
  /** KCONFIG_OVERWRITECONFIG. */
  readonly writesInPlace: boolean;
};

export type Saved = {readonly format: SaveFormat; readonly path: string};
type Save = Extract<Effect, {kind: 'save'}>;

export class Program implements Application {
  readonly #start: ProgramStart;
  #opened: Opened;
  #question: Question | undefined;
  /** What answers leave to `perform`. */
  #effects: Effect[] = [];
  /** Whether work of an earlier run waits for a decision. */
  #isOffering = false;
  /** What may be written over what another has written there. */
  #mayReplace: string | undefined;
  #hasToldProblem = false;
  #saved: Saved[] = [];

  constructor(start: ProgramStart) {
    this.#start = start;
    this.#opened = start.open(start.config);
    const {left} = start.journal;
    if (left === undefined) this.#begin();
    else this.#offer(left);
  }

  press(key: Key): readonly Effect[] {
    this.#effects = [];
    if (this.#question === undefined) return this.#opened.menu.press(key);
    this.#question.press(key);
    // Left without an answer: the next start asks again.
    if (this.#isOffering && this.#question === undefined) this.#effects.push({kind: 'quit'});
    return this.#effects;
  }

  takesTime(key: Key): boolean {
    return this.#question === undefined && this.#opened.menu.takesTime(key);
  }

  screen(): Screen {
    const screen = this.#opened.menu.screen();
    return this.#question === undefined ? screen : {...screen, dialog: this.#question.dialog()};
  }

  async perform(effect: Effect): Promise<'go on' | 'quit'> {
    switch (effect.kind) {
      case 'edited':
        this.#keep(effect.edit);
        return 'go on';
      case 'save':
        return this.#save(effect);
      case 'load':
        await this.#load(effect.path);
        return 'go on';
      case 'quit':
        if (!this.#isOffering) this.#start.journal.discard();
        return 'quit';
    }
  }

  #begin(): void {
    const {journal, config, standIn} = this.#start;
    journal.begin({config, at: Date.now()});
    if (standIn !== undefined) this.#say(`There is no .config yet: these are the values of ${standIn}.`);
    this.#setAll();
  }

  #setAll(): void {
    const refused = this.#start.settings.filter(([symbol, value]) => {
      const edit = {kind: 'set', values: [[symbol, value]]} as const;
      const isTaken = this.#opened.menu.replay([edit]).length === 0;
      if (isTaken) this.#keep(edit);
      return !isTaken;
    });
    if (refused.length === 0) return;
    const shown = refused.map(([symbol, value]) => `${symbol}=${value}`).join(', ');
    this.#say(`Not taken of what --set asks for: ${shown}.`, 'warning');
  }

  /** Makes a piece of what takes longer the first time, while no key waits; false once all is there. */
  prepare(): boolean {
    return this.#opened.menu.prepare();
  }

  /** What was saved, in its order. */
  get saved(): readonly Saved[] {
    return this.#saved;
  }

  /** Whether there is work that was not saved, nor given up. */
  get hasUnsaved(): boolean {
    return this.#isOffering || this.screen().unsaved > 0;
  }

  #say(text: string, severity: Message['severity'] = 'said'): void {
    this.#opened.menu.say({severity, text});
  }

  #keep(step: Step): void {
    const {journal} = this.#start;
    journal.add(step);
    if (journal.problem === undefined || this.#hasToldProblem) return;
    this.#hasToldProblem = true;
    const why = fileProblem(journal.problem) ?? 'the place takes no more';
    this.#say(`Unsaved work cannot be kept (${why}): save now and then.`, 'warning');
  }

  async #save(save: Save): Promise<'go on' | 'quit'> {
    try {
      const path = resolve(this.#start.cwd, save.path);
      if (!(await this.#mayWrite(save, path))) return 'go on';
      this.#say(await this.#write(save, path));
      this.#saved.push({format: save.format, path: save.path});
    } catch (error) {
      this.#tell(error, `${save.path} cannot be written`);
      return 'go on';
    }
    if (save.format !== 'defconfig') this.#keep({kind: 'saved'});
    if (!save.thenQuit) return 'go on';
    this.#start.journal.discard();
    return 'quit';
  }

  /** Returns what to say of it. */
  async #write({format, path: name}: Save, path: string): Promise<string> {
    const {menu} = this.#opened;
    const {files, recipe, writesInPlace} = this.#start;
    switch (format) {
      case 'config': {
        const done = files.writeConfig(path, menu.config(), writesInPlace);
        menu.saved(name);
        return done === 'written' ? `${name} is saved.` : `${name} was the same already.`;
      }
      case 'defconfig':
        await files.writeText(path, Buffer.from(menu.defconfig(), 'latin1'));
        return `${name} is saved: the symbols that differ from their defaults.`;
      case 'recipe': {
        const goals = await saveGoals(recipe!, menu.config(), files);
        menu.saved();
        return savedGoalsText(name, goals);
      }
    }
  }

  /** Whether nothing of others is lost by it; asks where something would be. */
  async #mayWrite(save: Save, path: string): Promise<boolean> {
    const {files, recipe} = this.#start;
    if (save.format === 'recipe' && realPath(path) !== recipe?.path) {
      const own = recipe === undefined ? 'and this is none' : `in ${recipe.path} alone`;
      this.#say(`Goals are saved in the file of the recipe, ${own}.`, 'warning');
      return false;
    }
    const standing = files.standing(path);
    const isAllowed = this.#mayReplace === path;
    this.#mayReplace = undefined;
    if (isAllowed || standing === 'known' || standing === 'missing') return true;
    if (save.format === 'config' && files.holds(path, this.#opened.menu.config())) return true;
    this.#askToReplace(save, path, standing);
    return false;
  }

  #askToReplace(save: Save, path: string, standing: 'changed' | 'unread'): void {
    const again = (name: string) => this.#effects.push({...save, path: name});
    const {format, path: name} = save;
    const replace = {
      button: format === 'recipe' ? 'Write' : 'Overwrite',
      act: () => {
        this.#mayReplace = path;
        again(name);
      },
    };
    const load = {button: 'Load it', act: () => this.#effects.push({kind: 'load', path: name})};
    const elsewhere = {
      button: 'Save elsewhere',
      act: () =>
        this.#ask(
          'Save',
          [`Where to save what you have.`],
          [
            {button: 'Save', act: again, suggests: `${name}.mine`},
            {button: 'Stay', act: () => {}},
          ],
        ),
    };
    const line =
      standing === 'unread' ? `${name} is there already.` : `${name} has changed on disk since it was read.`;
    const more =
      format === 'recipe'
        ? 'Goals that somebody wrote there and that do not fit this configuration would be changed.'
        : format === 'config'
          ? `What is there would be kept as ${name}.old.`
          : 'What is there would be lost.';
    this.#ask(
      format === 'recipe' ? 'Save goals' : 'Save',
      [line, more],
      [
        replace,
        ...(format === 'config' ? [load] : []),
        ...(format === 'recipe' ? [] : [elsewhere]),
        {button: 'Stay', act: () => {}},
      ],
    );
  }

  async #load(name: string): Promise<void> {
    const {cwd, files} = this.#start;
    try {
      const text = await files.read(resolve(cwd, name));
      if (text === undefined) {
        this.#say(`${name} does not exist.`, 'warning');
        return;
      }
      for (const effect of this.#opened.menu.load(text, name)) await this.perform(effect);
    } catch (error) {
      this.#tell(error, `${name} cannot be read`);
    }
  }

  /** Of a fault of the file system one line, of others all that is known. */
  #tell(error: unknown, what: string): void {
    const problem = fileProblem(error);
    if (problem !== undefined) this.#say(`${what}: ${problem}.`, 'warning');
    else if (error instanceof KbuildError) {
      const lines = error.diagnostics.flatMap((diagnostic) => renderDiagnostic(diagnostic).split('\n'));
      this.#ask('Nothing is saved', lines, [{button: 'Back', act: () => {}}]);
    } else throw error;
  }

  #ask(title: string, lines: readonly string[], answers: readonly Answer[]): void {
    this.#question = new Question(title, lines, answers, () => {
      this.#question = undefined;
    });
  }

  #offer(left: Unsaved): void {
    const {journal, config} = this.#start;
    this.#isOffering = true;
    let recovered: Recovered | undefined;
    const recover = () => {
      recovered ??= this.#recovered(left);
      this.#isOffering = false;
      this.#opened = recovered.opened;
      journal.resume();
      this.#knowAsBefore(left);
      const {refused} = recovered;
      const lost = refused === 0 ? '' : `; ${refused} of its steps are not taken any more`;
      this.#say(`The unsaved work is back${lost}.`, refused === 0 ? 'said' : 'warning');
      this.#setAll();
    };
    const discard = () => {
      this.#isOffering = false;
      this.#begin();
    };
    const answers = [
      {button: 'Recover', act: recover},
      {button: 'Discard', act: discard},
    ];
    const look = () => {
      recovered ??= this.#recovered(left);
      this.#ask('Unsaved work', this.#changesOf(recovered.opened), answers);
    };
    const lines = [
      `Work of ${when(left.start.at)} was not saved.`,
      ...(left.start.config === config ? [] : ['The configuration that it began from has changed since.']),
    ];
    this.#ask('Unsaved work', lines, [...answers, {button: 'Look', act: look}]);
  }

  #recovered({start, steps}: Unsaved): Recovered {
    const opened = this.#start.open(start.config);
    let refused = 0;
    for (const step of steps) {
      if (step.kind === 'saved') opened.menu.saved();
      else refused += opened.menu.replay([step]).length;
    }
    return {opened, refused};
  }

  /** What an earlier run has read or saved last is what is not to be written over when it has changed. */
  #knowAsBefore({start, steps}: Unsaved): void {
    const {path, files, config} = this.#start;
    if (path === undefined || start.config === config || steps.some(({kind}) => kind === 'saved')) return;
    files.know(path, start.config, 0);
  }

  #changesOf({menu, session}: Opened): readonly string[] {
    const all = menu.changedSymbols();
    const lines = all.slice(0, mostShown).map(({displayName}) => {
      const before = this.#opened.session.value(displayName);
      return readable(`${displayName}: ${before} -> ${session.value(displayName)}`);
    });
    const more = all.length - lines.length;
    return more > 0 ? [...lines, `and ${more} more`] : lines;
  }
}

type Recovered = {readonly opened: Opened; readonly refused: number};

/** A dialog is no list. */
const mostShown = 12;

function when(at: number): string {
  return new Date(at).toLocaleString('sv-SE', {dateStyle: 'short', timeStyle: 'short'});
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
