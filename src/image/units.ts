/** What `systemctl enable` does, worked out from unit files: systemd.unit(5), "[INSTALL] SECTION OPTIONS". */

/** A unit file's text by its name, or undefined where no package and no overlay brings it; '' when masked. */
export type UnitLookup = (name: string) => {readonly path: string; readonly text: string} | undefined;

/** A symbolic link in the root file system; both paths absolute in it. */
export type UnitLink = {readonly path: string; readonly target: string};

export type EnableFault = {readonly unit: string; readonly why: 'unknown' | 'masked' | 'nothing-to-install'};

type Install = Readonly<
  Record<'WantedBy' | 'RequiredBy' | 'UpheldBy' | 'Also' | 'Alias' | 'DefaultInstance', string[]>
>;

const unitDirectory = '/etc/systemd/system';
const dependencyDirectories = {WantedBy: 'wants', RequiredBy: 'requires', UpheldBy: 'upholds'} as const;

/**
 * The links that enable these units and those their `Also=` names, sorted by path, and the units that cannot
 * be enabled. A unit that comes by `Also=` may be missing or have nothing to install, as systemd has it.
 */
export function enableUnits(
  names: readonly string[],
  lookup: UnitLookup,
): {readonly links: readonly UnitLink[]; readonly faults: readonly EnableFault[]} {
  const links = new Map<string, string>();
  const faults: EnableFault[] = [];
  const seen = new Set<string>();
  const enable = (name: string, asked: boolean): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const unit = lookup(name) ?? lookup(templateOf(name));
    if (unit === undefined || unit.text === '') {
      if (asked) faults.push({unit: name, why: unit === undefined ? 'unknown' : 'masked'});
      return;
    }
    const install = readInstall(unit.text);
    const made = linksOf(name, unit.path, install);
    for (const link of made) links.set(link.path, link.target);
    if (asked && made.length === 0 && install.Also.length === 0) {
      faults.push({unit: name, why: 'nothing-to-install'});
    }
    for (const also of install.Also) enable(also, false);
  };
  for (const name of names) enable(name, true);
  const sorted = [...links].map(([path, target]) => ({path, target}));
  return {links: sorted.sort((a, b) => (a.path < b.path ? -1 : 1)), faults};
}

function linksOf(name: string, path: string, install: Install): UnitLink[] {
  const instance = install.DefaultInstance.at(-1);
  const linkName = instance !== undefined ? name.replace(/@\./, `@${instance}.`) : name;
  const links: UnitLink[] = install.Alias.map((alias) => ({path: `${unitDirectory}/${alias}`, target: path}));
  for (const [key, suffix] of Object.entries(dependencyDirectories)) {
    for (const parent of install[key as keyof typeof dependencyDirectories]) {
      links.push({path: `${unitDirectory}/${parent}.${suffix}/${linkName}`, target: path});
    }
  }
  return links.filter((link) => link.path !== link.target);
}

/** `getty@tty1.service` is an instance of `getty@.service`. */
function templateOf(name: string): string {
  return name.replace(/@[^@]+\.(\w+)$/, '@.$1');
}

/** Reads the [Install] section: systemd.syntax(7). An empty assignment clears what was there. */
export function readInstall(text: string): Install {
  const install: Install = {
    WantedBy: [],
    RequiredBy: [],
    UpheldBy: [],
    Also: [],
    Alias: [],
    DefaultInstance: [],
  };
  let section = '';
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const header = /^\[(.*)\]$/.exec(trimmed);
    if (header !== null) section = header[1]!;
    const assignment = /^(\w+)\s*=\s*(.*)$/.exec(trimmed);
    if (section !== 'Install' || assignment === null) continue;
    const list = install[assignment[1] as keyof Install] as string[] | undefined;
    if (list === undefined) continue;
    const words = assignment[2]!.split(/\s+/).filter(Boolean);
    if (words.length === 0) list.length = 0;
    list.push(...words);
  }
  return install;
}

/** The units a preset file (systemd.preset(5)) enables by name; globs are left to systemd. */
export function presetUnits(text: string): string[] {
  return text
    .split('\n')
    .map((line) => /^enable\s+([^\s*?[]+)\s*$/.exec(line.trim())?.[1])
    .filter((name) => name !== undefined);
}
