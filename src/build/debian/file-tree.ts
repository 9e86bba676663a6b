/** A root file system as values: what is at which path, where paths lead through links as a kernel would go. */

import type {Content, TarMember} from './tar.ts';

/** Hard links to one file are one node at several paths. */
export type Node = Omit<TarMember, 'path' | 'kind'> & {readonly kind: 'file' | 'directory' | 'symlink'};

const mostLinks = 40;

export class FileTree {
  readonly #nodes = new Map<string, Node>();

  /** Adds the members of an archive; a hard link has to come after what it is a link to. */
  static of(members: readonly TarMember[]): FileTree {
    const tree = new FileTree();
    for (const {path, ...node} of members) tree.#nodes.set(path, tree.nodeOf(node));
    return tree;
  }

  /** The node that a member means: of a hard link, the one it links to. */
  nodeOf({kind, ...rest}: Omit<TarMember, 'path'>): Node {
    if (kind !== 'hardlink') return {kind, ...rest};
    const node = this.#nodes.get(this.place(rest.target ?? ''));
    if (node === undefined) throw new Error(`a hard link leads to ${rest.target}, which is not there`);
    return node;
  }

  get(path: string): Node | undefined {
    return this.#nodes.get(path);
  }

  set(path: string, node: Node): void {
    this.#nodes.set(path, node);
  }

  delete(path: string): void {
    this.#nodes.delete(path);
  }

  paths(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  setFile(path: string, bytes: Buffer, mtime: number, mode = 0o644): void {
    const content: Content = {bytes};
    this.#nodes.set(path, {kind: 'file', mode, uid: 0, gid: 0, mtime, content, attributes: new Map()});
  }

  /** Where `path` really lies: links among its folders are followed, it itself is not. */
  place(path: string): string {
    const cut = path.lastIndexOf('/');
    if (cut < 0) return path;
    const folder = this.#follow(path.slice(0, cut), mostLinks);
    return folder === '' ? path.slice(cut + 1) : `${folder}/${path.slice(cut + 1)}`;
  }

  /** Where `path` leads, itself followed too. */
  follow(path: string): string {
    return this.#follow(path, mostLinks);
  }

  #follow(path: string, left: number): string {
    let here = '';
    for (const word of path.split('/')) {
      if (word === '' || word === '.') continue;
      if (word === '..') {
        here = here.includes('/') ? here.slice(0, here.lastIndexOf('/')) : '';
        continue;
      }
      const next = here === '' ? word : `${here}/${word}`;
      const node = this.#nodes.get(next);
      if (node?.kind !== 'symlink' || left === 0) here = next;
      else
        here = this.#follow(node.target!.startsWith('/') ? node.target! : `${here}/${node.target}`, left - 1);
    }
    return here;
  }

  /** The members in the order of their paths, no two alike; of hard links, the first is the file. */
  members(): readonly TarMember[] {
    const first = new Map<Node, string>();
    return this.paths()
      .toSorted()
      .map((path): TarMember => {
        const node = this.#nodes.get(path)!;
        const before = node.kind === 'file' ? first.get(node) : undefined;
        if (before === undefined) {
          first.set(node, path);
          return {path, ...node};
        }
        const {content: _, ...rest} = node;
        return {path, ...rest, kind: 'hardlink', target: before};
      });
  }
}
