/**
 * A root file system for one architecture made out of the same one for another: what the packages' own scripts did
 * there (users, alternatives, enabled units, configuration) stays, what belongs to an architecture is exchanged.
 */

import {failure} from '../../base/diagnostic.ts';
import {
  type Diversion,
  databaseFolder,
  field,
  infoName,
  installedStanza,
  parseDiversions,
  parseList,
  parseStatus,
  renderList,
  renderStatus,
  type Stanza,
} from './dpkg-database.ts';
import {FileTree, type Node} from './file-tree.ts';
import {contentSize, readContent, type TarMember} from './tar.ts';

/** The names of an architecture that are in paths and records. */
export type ArchitectureNames = {
  /** Debian's. */
  readonly debian: string;
  /** Of library folders. */
  readonly triplet: string;
};

export type UnpackedPackage = {
  /** The text of its control file. */
  readonly control: string;
  /** The other members of its control archive. */
  readonly records: readonly TarMember[];
  readonly members: readonly TarMember[];
};

export type GraftRequest = {
  readonly twin: readonly TarMember[];
  readonly from: ArchitectureNames;
  readonly to: ArchitectureNames;
  /** Names of the packages of which the very same file is in both; they are left as they are. */
  readonly shared: ReadonlySet<string>;
  /** All others. */
  readonly packages: readonly UnpackedPackage[];
  /** What dpkg's settings leave out. */
  readonly isExcluded: (path: string, kind: TarMember['kind']) => boolean;
  /** Of the files that are written anew, in seconds. */
  readonly time: number;
};

export type Grafted = {
  readonly members: readonly TarMember[];
  /** What may want a look: packages of one architecture only, scripts that differ. */
  readonly remarks: readonly string[];
};

/** What the loader and iconv made of the twin's own libraries; both work without, and make them anew when asked. */
const machineCaches = ['etc/ld.so.cache'];

/** Scripts that dpkg runs when it installs a package. */
const installScripts = ['preinst', 'postinst'];

const elfMagic = 0x7f454c46;

/**
 * Exchanges the packages of `from` for those of `to`.
 * @throws exit 1 with all reasons for which the result could not be what an installation would have made.
 */
export async function graft(request: GraftRequest): Promise<Grafted> {
  const tree = FileTree.of(request.twin);
  const database = await readDatabase(tree);
  const removed = database.stanzas.filter(({name}) => !request.shared.has(name));
  const remarks = await compareSets(tree, removed, request);
  const before = new Map(tree.paths().map((path) => [path, tree.get(path)!]));
  const emptied = await removePackages(tree, removed, database.diversions, folderPlaces(tree, request));
  removeLeftovers(tree, await ownedPaths(tree), request.from);
  const layer = new Layer(tree, database.diversions, before, request);
  const laid: Stanza[] = [];
  for (const one of request.packages) laid.push(await layer.lay(one));
  await renameArchitecture(tree, request);
  const kept = database.stanzas.filter(({name}) => request.shared.has(name));
  write(tree, 'status', renderStatus([...kept, ...laid]), request.time);
  write(tree, 'arch', `${request.to.debian}\n`, request.time);
  const owned = await ownedPaths(tree);
  removeEmptied(tree, emptied, owned);
  await requireNothingLeft(tree, owned, before, request);
  return {members: tree.members(), remarks};
}

type Database = {readonly stanzas: readonly Stanza[]; readonly diversions: readonly Diversion[]};

async function readDatabase(tree: FileTree): Promise<Database> {
  return {
    stanzas: parseStatus(await textOf(tree, `${databaseFolder}/status`)),
    diversions: parseDiversions(await textOf(tree, `${databaseFolder}/diversions`)),
  };
}

async function textOf(tree: FileTree, path: string): Promise<string> {
  const content = tree.get(path)?.content;
  return content === undefined ? '' : (await readContent(content)).toString('latin1');
}

function write(tree: FileTree, name: string, text: string, time: number): void {
  tree.setFile(`${databaseFolder}/${name}`, Buffer.from(text, 'latin1'), time);
}

/** The file of a package's records, where it has one. */
function infoPath(name: string, kind: string): string {
  return `${databaseFolder}/info/${name}.${kind}`;
}

/** A package whose scripts were never run must have none. */
async function compareSets(
  tree: FileTree,
  removed: readonly Stanza[],
  {packages, from, to}: GraftRequest,
): Promise<readonly string[]> {
  const twins = new Map(removed.map((stanza) => [stanza.name, infoName(stanza.text)]));
  const names = new Set(packages.map(({control}) => field(control, 'Package')!));
  const remarks: string[] = [];
  const refused: string[] = [];
  for (const {control, records} of packages) {
    const name = field(control, 'Package')!;
    const twin = twins.get(name);
    for (const script of records.filter(({path}) => installScripts.includes(path))) {
      if (twin === undefined) {
        refused.push(`${name} has a ${script.path}, and is not installed with ${from.debian}`);
        continue;
      }
      const theirs = inNames(await textOf(tree, infoPath(twin, script.path)), from, to);
      const ours = (await readContent(script.content!)).toString('latin1');
      if (theirs !== ours) remarks.push(`the ${script.path} of ${name} is not the same for ${from.debian}`);
    }
  }
  if (refused.length > 0) {
    throw failure(
      'foreign-scripts',
      `scripts of ${to.debian} packages would have to run on ${from.debian}:\n  ${refused.join('\n  ')}`,
      {hint: `leave these packages out, or make the image on a machine of ${to.debian}`},
    );
  }
  const alone = [...twins.keys()].filter((name) => !names.has(name)).sort();
  return [...remarks, ...alone.map((name) => `${name} is only there for ${from.debian}`)];
}

function inNames(text: string, from: ArchitectureNames, to: ArchitectureNames): string {
  return text.replaceAll(from.triplet, to.triplet).replaceAll(`:${from.debian}`, `:${to.debian}`);
}

/** Where a path of a package lies, by links among folders and by diversions. */
function placeOf(tree: FileTree, path: string, name: string, diversions: readonly Diversion[]): string {
  const place = tree.place(path);
  const diverted = diversions.find(({from, by}) => by !== name && tree.place(from) === place);
  return diverted === undefined ? place : tree.place(diverted.to);
}

/** Takes out their files, links and records, and gives the folders that were theirs. */
async function removePackages(
  tree: FileTree,
  removed: readonly Stanza[],
  diversions: readonly Diversion[],
  folders: ReadonlySet<string>,
): Promise<readonly string[]> {
  const files = new Set<string>();
  const emptied = new Set<string>();
  const records = new Set<string>();
  for (const {name, text} of removed) {
    const info = infoName(text);
    records.add(info);
    for (const path of parseList(await textOf(tree, infoPath(info, 'list')))) {
      const place = placeOf(tree, path, name, diversions);
      const node = tree.get(place);
      if (node?.kind === 'directory') emptied.add(place);
      // A link where packages have a folder is the system's, as /bin and /var/run are.
      else if (node?.kind !== 'symlink' || !folders.has(place)) files.add(place);
    }
  }
  for (const path of files) tree.delete(path);
  const info = `${databaseFolder}/info/`;
  for (const path of tree.paths()) {
    if (path.startsWith(info) && records.has(path.slice(info.length, path.lastIndexOf('.'))))
      tree.delete(path);
  }
  return [...emptied];
}

function isFolder(tree: FileTree, path: string): boolean {
  return tree.get(tree.follow(path))?.kind === 'directory';
}

/** Where packages that come have folders. */
function folderPlaces(tree: FileTree, {packages}: GraftRequest): ReadonlySet<string> {
  const members = packages.flatMap((one) => one.members.filter(({kind}) => kind === 'directory'));
  return new Set(members.map(({path}) => tree.place(path)));
}

/** All that packages whose records are there have brought, by where it lies. */
async function ownedPaths(tree: FileTree): Promise<ReadonlySet<string>> {
  const owned = new Set<string>();
  for (const path of tree.paths()) {
    if (!path.startsWith(`${databaseFolder}/info/`) || !path.endsWith('.list')) continue;
    for (const one of parseList(await textOf(tree, path))) owned.add(tree.place(one));
  }
  return owned;
}

/** What scripts made in folders of libraries is of an architecture, as caches of plug-ins are. */
function removeLeftovers(tree: FileTree, owned: ReadonlySet<string>, from: ArchitectureNames): void {
  for (const path of tree.paths()) {
    if (owned.has(path)) continue;
    if (path.split('/').includes(from.triplet) || machineCaches.includes(path)) tree.delete(path);
  }
}

/** Unpacks packages as dpkg does. */
class Layer {
  readonly #tree: FileTree;
  readonly #diversions: readonly Diversion[];
  readonly #before: ReadonlyMap<string, Node>;
  readonly #request: GraftRequest;

  constructor(
    tree: FileTree,
    diversions: readonly Diversion[],
    before: ReadonlyMap<string, Node>,
    request: GraftRequest,
  ) {
    this.#tree = tree;
    this.#diversions = diversions;
    this.#before = before;
    this.#request = request;
  }

  async lay({control, records, members}: UnpackedPackage): Promise<Stanza> {
    const name = field(control, 'Package')!;
    for (const member of members) {
      if (!this.#request.isExcluded(member.path, member.kind)) this.#place(name, member);
    }
    const info = infoName(control);
    this.#write(infoPath(info, 'list'), renderList(members.map(({path}) => path)));
    for (const {path, mode, content} of records) {
      if (content === undefined || path === 'control') continue;
      this.#tree.setFile(infoPath(info, path), await readContent(content), this.#request.time, mode);
    }
    return installedStanza(control, await this.#conffiles(records, members));
  }

  #write(path: string, text: string): void {
    this.#tree.setFile(path, Buffer.from(text, 'latin1'), this.#request.time);
  }

  /** Folders and links to folders that are there stay. What scripts did to a file of the twin is done to this one. */
  #place(name: string, {path, ...member}: TarMember): void {
    const tree = this.#tree;
    const place = placeOf(tree, path, name, this.#diversions);
    if (member.kind === 'directory' && isFolder(tree, place)) return;
    const node = tree.nodeOf(member);
    const {from, to} = this.#request;
    const twin = this.#before.get(place.replaceAll(to.triplet, from.triplet));
    const isAlike = twin !== undefined && twin.kind === node.kind && member.kind !== 'hardlink';
    tree.set(place, isAlike ? {...node, ...accessOf(twin)} : node);
  }

  async #conffiles(records: readonly TarMember[], members: readonly TarMember[]) {
    const list = records.find(({path}) => path === 'conffiles');
    const lines = list === undefined ? [] : (await readContent(list.content!)).toString('latin1').split('\n');
    const found = lines.flatMap((path) => {
      const member = members.find((one) => `/${one.path}` === path.trim());
      return member?.content === undefined ? [] : [{path: path.trim(), content: member.content}];
    });
    return Promise.all(found.map(async ({path, content}) => ({path, content: await readContent(content)})));
  }
}

function accessOf({mode, uid, gid, attributes}: Node): Pick<Node, 'mode' | 'uid' | 'gid' | 'attributes'> {
  return {mode, uid, gid, attributes};
}

/** In what scripts made: the links of alternatives and their records, and dpkg's own records of triggers and modes. */
async function renameArchitecture(tree: FileTree, {from, to, time}: GraftRequest): Promise<void> {
  const owned = await ownedPaths(tree);
  const records = ['alternatives/', 'triggers/', 'diversions', 'statoverride'];
  for (const path of tree.paths()) {
    const node = tree.get(path)!;
    if (node.kind === 'symlink' && !owned.has(path) && node.target!.includes(from.triplet)) {
      tree.set(path, {...node, target: node.target!.replaceAll(from.triplet, to.triplet)});
    }
    if (node.kind !== 'file' || !records.some((name) => path.startsWith(`${databaseFolder}/${name}`)))
      continue;
    const text = await textOf(tree, path);
    const renamed = inNames(text, from, to);
    if (renamed !== text) tree.setFile(path, Buffer.from(renamed, 'latin1'), time, node.mode);
  }
}

/** Removes folders of packages that are gone, where nothing is in them and no package has them. */
function removeEmptied(tree: FileTree, folders: readonly string[], owned: ReadonlySet<string>): void {
  const used = new Set(tree.paths().map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
  // The longest first: a folder may be empty once those in it are gone.
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    if (owned.has(folder) || used.has(folder)) continue;
    tree.delete(folder);
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    if (!tree.paths().some((path) => path.startsWith(`${parent}/`))) used.delete(parent);
  }
}

/** Nothing that scripts made may be a program of the twin's, name its folders, or lead to where nothing is now. */
async function requireNothingLeft(
  tree: FileTree,
  owned: ReadonlySet<string>,
  before: ReadonlyMap<string, Node>,
  {twin, from, to}: GraftRequest,
): Promise<void> {
  const left: string[] = [];
  const old = FileTree.of(twin);
  for (const path of tree.paths()) {
    if (owned.has(path) || path.startsWith(`${databaseFolder}/`)) continue;
    const node = tree.get(path)!;
    if (node.kind === 'symlink') {
      const was = before.has(path) && old.get(old.follow(path)) !== undefined;
      if (was && tree.get(tree.follow(path)) === undefined)
        left.push(`/${path} leads to ${node.target}, which is gone`);
    } else if (node.content !== undefined && contentSize(node.content) >= 4) {
      const content = await readContent(node.content);
      if (content.readUInt32BE(0) === elfMagic)
        left.push(`/${path} is a program or library of ${from.debian}`);
      else if (content.includes(from.triplet)) left.push(`/${path} names folders of ${from.debian}`);
    }
  }
  if (left.length === 0) return;
  throw failure(
    'twin-left',
    `what scripts of packages made for ${from.debian} does not fit ${to.debian}:\n  ${left.join('\n  ')}`,
    {hint: `leave the packages out that made them, or make the image on a machine of ${to.debian}`},
  );
}
