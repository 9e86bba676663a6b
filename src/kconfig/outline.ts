/** The menu in words: what a walk over all of it follows without an object for each node. */

import {none} from './conditions.ts';
import type {MenuNode} from './symbol.ts';

/** Words of one node; each is the index of its symbol, the number of a node, or `none`. */
export const outlineWord = {symbol: 0, parent: 1, next: 2, firstChild: 3} as const;
export const nodeWords = 4;

/** The nodes by number: those of the menu in its order, the root first, and then others that a stored model knows. */
export type Outline = {
  readonly words: Int32Array;
  readonly nodeAt: (number: number) => MenuNode;
};

/** The node after this one in a pre-order walk. */
export function nextNode(node: MenuNode): MenuNode | undefined {
  if (node.firstChild) return node.firstChild;
  for (let current: MenuNode | undefined = node; current; current = current.parent) {
    if (current.next) return current.next;
  }
  return undefined;
}

/** The nodes of a menu, numbered in its order. */
export function numberNodes(root: MenuNode): Map<MenuNode, number> {
  const numbers = new Map<MenuNode, number>();
  for (let node: MenuNode | undefined = root; node; node = nextNode(node)) numbers.set(node, numbers.size);
  return numbers;
}

/** The words of numbered nodes. */
export function outlineWords(numbers: ReadonlyMap<MenuNode, number>): Int32Array {
  const words = new Int32Array(numbers.size * nodeWords);
  const numberOf = (node: MenuNode | undefined) => (node ? numbers.get(node)! : none);
  let at = 0;
  for (const node of numbers.keys()) {
    words[at++] = node.symbol?.index ?? none;
    words[at++] = numberOf(node.parent);
    words[at++] = numberOf(node.next);
    words[at++] = numberOf(node.firstChild);
  }
  return words;
}

export function makeOutline(root: MenuNode): Outline {
  const numbers = numberNodes(root);
  const nodes = [...numbers.keys()];
  return {words: outlineWords(numbers), nodeAt: (number) => nodes[number]!};
}
