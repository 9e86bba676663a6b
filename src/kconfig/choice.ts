/**
 * The member of a choice that is `y`, where a choice is a menu (sym_calc_choice of symbol.c, Linux 6.12 and 7.2): the
 * last one the user set to `y`, else the default, unless the user set that to `n`.
 */

import type {Tristate} from './expression.ts';
import type {ConfigSymbol, MenuNode} from './symbol.ts';

/** The choice around the first entry of a symbol that has a prompt, while the menu is made (sym_get_choice_menu). */
export function choiceAround(member: ConfigSymbol): ConfigSymbol | undefined {
  let node: MenuNode | undefined = member.nodes.find(({prompt}) => prompt)?.parent;
  while (node && !node.symbol) node = node.parent;
  return node?.symbol?.isChoice ? node.symbol : undefined;
}

/** What the decision looks at. */
export type MemberValues = {
  /** The members, the one that the user set last in front. */
  readonly byPriority: readonly ConfigSymbol[];
  /** The visibility, calculated now. */
  readonly calculateVisibility: (member: ConfigSymbol) => Tristate;
  /** The visibility as it was last calculated. */
  readonly visibility: (member: ConfigSymbol) => Tristate;
  /** What the user asked for, undefined if nothing. */
  readonly userValue: (member: ConfigSymbol) => Tristate | undefined;
  readonly choiceDefault: () => ConfigSymbol | undefined;
};

export function chooseMember(choice: ConfigSymbol, values: MemberValues): ConfigSymbol | undefined {
  // Stops at the first `y`: the visibility of the members after it stays what it was in the last evaluation.
  const wanted = values.byPriority.find(
    (member) => values.calculateVisibility(member) !== 0 && values.userValue(member) === 2,
  );
  if (wanted) return wanted;
  const byDefault = values.choiceDefault();
  if (byDefault && values.userValue(byDefault) !== 0) return byDefault;
  const isVisible = (member: ConfigSymbol) => values.visibility(member) !== 0;
  return (
    choice.members.find((member) => isVisible(member) && values.userValue(member) === undefined) ??
    values.byPriority.findLast(isVisible)
  );
}
