/** What the panels have in common: the configuration they show, and what they can have done. */

import type {ConfigSymbol, MenuNode, Session} from '../kconfig/index.ts';
import type {Enabling} from './enabling.ts';
import type {Goals} from './goals.ts';
import type {Applied, History, Refused, Settings} from './history.ts';
import type {Key} from './key.ts';
import type {Message, Panel} from './screen.ts';
import type {SymbolSearch} from './search.ts';

/** One of the panels that lie on one another; keys go to the topmost. */
export interface PanelState {
  /** The menu that it shows, if it is one. */
  readonly menu?: MenuNode;
  /** Whether letters are typed into a line here, and command nothing. */
  readonly isTyping: boolean;
  press(key: Key): void;
  /** Called after every key: the configuration may have changed, also below a panel. */
  refresh(): void;
  panel(): Panel;
}

export type Button = 'exit' | 'save' | 'load';

export type Desk = {
  readonly session: Session;
  readonly history: History;
  readonly goals: Goals;
  readonly search: () => SymbolSearch;
  readonly enabling: () => Enabling;
  readonly showsHidden: () => boolean;
  readonly toggleHidden: () => void;
  readonly open: (panel: PanelState) => void;
  /** Leaves the topmost panel; the last one asks whether to leave the program. */
  readonly close: () => void;
  readonly say: (text: string, severity?: Message['severity']) => void;
  /** Sets symbols together, has the step remembered, and tells of what else came of it. */
  readonly set: (values: Settings) => Applied | Refused;
  readonly press: (button: Button) => void;
  /** Shows a symbol in its menu, or as near to it as there is something to see. */
  readonly goTo: (place: ConfigSymbol | MenuNode) => void;
};
