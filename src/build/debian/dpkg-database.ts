/** dpkg's records of what is installed, /var/lib/dpkg: dpkg(1), deb-control(5), deb-conffiles(5). */

import {createHash} from 'node:crypto';

export const databaseFolder = 'var/lib/dpkg';

/** One package's paragraph in the file `status`. */
export type Stanza = {readonly name: string; readonly architecture: string; readonly text: string};

export function parseStatus(text: string): readonly Stanza[] {
  return text
    .split(/\n\n+/)
    .filter((stanza) => stanza.trim() !== '')
    .map((stanza) => ({
      name: field(stanza, 'Package') ?? '',
      architecture: field(stanza, 'Architecture') ?? '',
      text: stanza.trim(),
    }));
}

export function renderStatus(stanzas: readonly Stanza[]): string {
  const sorted = stanzas.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return sorted.map(({text}) => `${text}\n\n`).join('');
}

/** The first line of a field. */
export function field(stanza: string, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1];
}

/** What the files of a package in `info/` begin with: those that can be installed twice carry their architecture. */
export function infoName(control: string): string {
  const [name, architecture] = [field(control, 'Package')!, field(control, 'Architecture')!];
  return field(control, 'Multi-Arch') === 'same' ? `${name}:${architecture}` : name;
}

/** The order dpkg writes them in (fieldinfos, lib/dpkg/parse.c of 1.21); others follow as the control file has them. */
const fieldOrder = [
  'Package',
  'Essential',
  'Protected',
  'Status',
  'Priority',
  'Section',
  'Installed-Size',
  'Origin',
  'Maintainer',
  'Bugs',
  'Architecture',
  'Multi-Arch',
  'Source',
  'Version',
  'Replaces',
  'Provides',
  'Depends',
  'Pre-Depends',
  'Recommends',
  'Suggests',
  'Breaks',
  'Conflicts',
  'Enhances',
  'Conffiles',
  'Description',
];

/** The paragraph of a package that is installed: its control file, its state, the digests of its conffiles. */
export function installedStanza(
  control: string,
  conffiles: readonly {readonly path: string; readonly content: Buffer}[],
): Stanza {
  const digests = conffiles.map(
    ({path, content}) => `\n ${path} ${createHash('md5').update(content).digest('hex')}`,
  );
  const fields = control.trim().split(/\n(?=\S)/);
  fields.push('Status: install ok installed');
  if (digests.length > 0) fields.push(`Conffiles:${digests.join('')}`);
  const text = fields.toSorted((a, b) => rank(a) - rank(b)).join('\n');
  return {name: field(control, 'Package')!, architecture: field(control, 'Architecture')!, text};
}

function rank(line: string): number {
  const index = fieldOrder.indexOf(line.slice(0, line.indexOf(':')));
  return index < 0 ? fieldOrder.length : index;
}

/** The paths in a file `info/*.list`, without the slash they begin with. */
export function parseList(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && line !== '/.')
    .map((line) => line.slice(1));
}

export function renderList(paths: readonly string[]): string {
  return paths.map((path) => `/${path === '' ? '.' : path}\n`).join('');
}

/** Another name for a path of every package but one: dpkg-divert(1). */
export type Diversion = {readonly from: string; readonly to: string; readonly by: string};

export function parseDiversions(text: string): readonly Diversion[] {
  const lines = text.split('\n');
  return Array.from({length: Math.floor(lines.length / 3)}, (_, index) => ({
    from: lines[3 * index]!.slice(1),
    to: lines[3 * index + 1]!.slice(1),
    by: lines[3 * index + 2]!,
  }));
}
