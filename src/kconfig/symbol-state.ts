/** What an evaluation knows of a symbol, and copies of it. */

import type {Diagnostic} from '../base/diagnostic.ts';
import type {Tristate} from './expression.ts';
import type {ConfigSymbol} from './symbol.ts';

/** What one evaluation knows of one symbol (the mutable fields of struct symbol). */
export class SymbolState {
  valid = false;
  /** Whether it goes into .config (SYMBOL_WRITE). */
  write = false;
  /** Whether the user gave a value (SYMBOL_DEF_USER). */
  hasUser = false;
  needsChoiceValues = false;
  userTristate: Tristate = 0;
  userText: string | undefined;
  /** The member the user chose, for a choice. */
  userMember: ConfigSymbol | undefined;
  /** The members of a choice that is a menu, the one the user set last in front; undefined while none was set. */
  memberOrder: readonly ConfigSymbol[] | undefined;
  tristate: Tristate = 0;
  text = '';
  /** The member that is `y`, for a choice. */
  member: ConfigSymbol | undefined;
  visibility: Tristate = 0;
  directDependency: Tristate = 0;
  reverseDependency: Tristate = 0;
  weakReverseDependency: Tristate = 0;
  /** What was said of a select past the dependencies when the value was last calculated. */
  unmet: Diagnostic | undefined;

  copyFrom(other: SymbolState): void {
    this.valid = other.valid;
    this.write = other.write;
    this.hasUser = other.hasUser;
    this.needsChoiceValues = other.needsChoiceValues;
    this.userTristate = other.userTristate;
    this.userText = other.userText;
    this.userMember = other.userMember;
    this.memberOrder = other.memberOrder;
    this.tristate = other.tristate;
    this.text = other.text;
    this.member = other.member;
    this.visibility = other.visibility;
    this.directDependency = other.directDependency;
    this.reverseDependency = other.reverseDependency;
    this.weakReverseDependency = other.weakReverseDependency;
    this.unmet = other.unmet;
  }

  equals(other: SymbolState): boolean {
    return (
      this.valid === other.valid &&
      this.write === other.write &&
      this.hasUser === other.hasUser &&
      this.needsChoiceValues === other.needsChoiceValues &&
      this.userTristate === other.userTristate &&
      this.userText === other.userText &&
      this.userMember === other.userMember &&
      isSameOrder(this.memberOrder, other.memberOrder) &&
      this.tristate === other.tristate &&
      this.text === other.text &&
      this.member === other.member &&
      this.visibility === other.visibility &&
      this.directDependency === other.directDependency &&
      this.reverseDependency === other.reverseDependency &&
      this.weakReverseDependency === other.weakReverseDependency &&
      this.unmet?.message === other.unmet?.message
    );
  }
}

function isSameOrder(a: SymbolState['memberOrder'], b: SymbolState['memberOrder']): boolean {
  return a === b || (a?.length === b?.length && a?.every((member, i) => member === b?.[i]) === true);
}

/** A copy of what an evaluation knows of one symbol, and of the visibility of each of its prompts. */
export class SavedState {
  readonly state = new SymbolState();
  readonly prompts: Tristate[] = [];
}
