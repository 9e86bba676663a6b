/** How each kind of tunable is set for the next start, set at run time, and read back: in words of the shell's prelude. */

import type {Tunable, TunableKind} from '../recipe/tunable.ts';

/** A file that holds one value and nothing else, read at the next start of what it is for. */
export type DropIn = {readonly path: string; readonly text: string};

type Asked = {
  readonly tunable: Tunable;
  readonly index: number;
  readonly instance?: string;
  /** Of Ceph: the daemons that are meant, `osd.*`, and whom the monitors keep it for. */
  readonly daemons: string;
  readonly section: string;
};

type Kind = {
  /** Fails, and says so, where the machine has no such thing. */
  readonly there: (asked: Asked) => string;
  /** Says what is set for the next start. */
  readonly configured: (asked: Asked) => string;
  /** Says what is in effect, where the tunable does not say itself where one sees that. */
  readonly seen: (asked: Asked) => string;
  /** Sets it at run time; undefined where it has to wait. */
  readonly apply: (asked: Asked, value: string) => string | undefined;
  /** Sets it for the next start, where that is not what `apply` does. */
  readonly persist: (asked: Asked, value: string) => string | undefined;
};

/** A text as one word of the POSIX shell. */
export function quoted(text: string): string {
  return /^[\w./@%+,:=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command of the prelude. */
function call(name: string, index: number, ...words: readonly string[]): string {
  return [name, index, ...words.map((one) => (one === '' ? "''" : quoted(one)))].join(' ');
}

const keepDropIn = ({tunable, index}: Asked, value: string): string => {
  const {path, text} = dropInOf(tunable, value)!;
  return call('try', index, 'keep', path, text.trimEnd());
};
const held = ({tunable, index}: Asked): string => call('held', index, dropInOf(tunable, '')!.path);

/** A value that waits for a module or for a boot is not to be had by writing it. */
function waits({effect}: Tunable): boolean {
  return effect === 'next load' || effect === 'next boot';
}

const kinds: Readonly<Record<TunableKind, Kind>> = {
  sysctl: {
    there: ({tunable, index}) => call('there', index, procPath(tunable), tunable.symbol ?? ''),
    configured: held,
    seen: ({tunable, index}) => call('seen_file', index, procPath(tunable)),
    apply: ({tunable, index}, value) =>
      waits(tunable) ? undefined : `${call('try', index, 'into')} "$R"${procPath(tunable)} ${quoted(value)}`,
    persist: keepDropIn,
  },
  'module-parameter': {
    there: ({tunable, index}) =>
      call('there_module', index, ...moduleParameter(tunable), tunable.symbol ?? ''),
    configured: held,
    seen: ({tunable, index}) => call('seen_file', index, sysPath(tunable)),
    apply: ({tunable, index}, value) => {
      const path = `"$R"${sysPath(tunable)}`;
      // One that is not loaded has it at its next load.
      return waits(tunable)
        ? undefined
        : `{ [ ! -e ${path} ] || ${call('try', index, 'into')} ${path} ${quoted(value)}; }`;
    },
    persist: ({tunable, index}, value) => {
      const {path, text} = dropInOf(tunable, value)!;
      const module = moduleParameter(tunable)[0];
      return call('keep_module', index, module, path, text.trimEnd(), waits(tunable) ? 'waits' : '');
    },
  },
  'zfs-property': {
    there: ({tunable, index}) => call('there_property', index, 'zfs', tunable.key),
    configured: ({tunable, index, instance}) => call('set_zfs', index, tunable.key, instance ?? ''),
    seen: ({tunable, index, instance}) => call('seen_zfs', index, tunable.key, instance ?? ''),
    apply: ({tunable, index, instance}, value) =>
      call('put_property', index, 'zfs', tunable.key, value, instance ?? ''),
    persist: () => undefined,
  },
  'zpool-property': {
    there: ({tunable, index}) => call('there_property', index, 'zpool', tunable.key),
    configured: () => ':',
    seen: ({tunable, index, instance}) => call('seen_zpool', index, tunable.key, instance ?? ''),
    apply: ({tunable, index, instance}, value) =>
      call('put_property', index, 'zpool', tunable.key, value, instance ?? ''),
    persist: () => undefined,
  },
  'nfs-conf': {
    there: ({index}) => call('there', index, '/etc/nfs.conf', ''),
    configured: ({tunable, index}) => call('set_nfs', index, ...sectionAndKey(tunable)),
    seen: () => ':',
    apply: ({tunable: {effect, observe}, index}, value) =>
      effect === 'now' && observe !== undefined && observe !== 'nothing' && 'file' in observe
        ? `${call('try', index, 'into')} "$R"${observe.file} ${quoted(value)}`
        : undefined,
    persist: keepDropIn,
  },
  'nfs-mount': {
    there: ({index}) => call('there', index, '/sbin/mount.nfs', ''),
    configured: held,
    seen: ({tunable: {key, type}, index}) =>
      call('seen_mount', index, 'nfs', key, type === 'boolean' ? '1' : ''),
    apply: () => undefined,
    persist: keepDropIn,
  },
  qtfs: {
    there: ({index}) => call('there', index, '/etc/kbuild/qtfs.conf', ''),
    configured: ({tunable, index}) => call('set_qtfs', index, tunable.key),
    seen: ({tunable, index}) => (tunable.key === 'log_level' ? call('seen_qtfs_level', index) : ':'),
    apply: ({tunable: {key}, index}, value) =>
      key === 'log_level' ? `${call('try', index, 'qtinfo', '-l')} ${quoted(value)}` : undefined,
    persist: keepDropIn,
  },
  lctl: {
    there: ({tunable, index}) => call('there_lctl', index, tunable.key),
    configured: ({tunable, index}) => call('set_lctl', index, tunable.key),
    seen: ({tunable, index}) => call('seen_lctl', index, tunable.key),
    apply: ({tunable, index}, value) => call('put_lctl', index, tunable.key, value),
    persist: () => undefined,
  },
  ceph: {
    there: ({tunable, index, daemons}) => call('there_ceph', index, tunable.key, daemons),
    configured: ({tunable, index, section}) => call('set_ceph', index, tunable.key, section),
    seen: ({tunable, index, daemons}) =>
      call('seen_ceph', index, tunable.key, daemons, tunable.effect === 'now' ? '' : 'waits'),
    apply: ({tunable, index, daemons, section}, value) =>
      call('put_ceph', index, tunable.key, value, section, daemons),
    persist: () => undefined,
  },
};

function procPath({key}: Tunable): string {
  return `/proc/sys/${key.includes('/') ? key : key.replaceAll('.', '/')}`;
}

function moduleParameter({key}: Tunable): [module: string, parameter: string] {
  const dot = key.indexOf('.');
  return [key.slice(0, dot), key.slice(dot + 1)];
}

function sysPath(tunable: Tunable): string {
  const [module, parameter] = moduleParameter(tunable);
  return `/sys/module/${module.replaceAll('-', '_')}/parameters/${parameter}`;
}

function sectionAndKey({key}: Tunable): [section: string, key: string] {
  const dot = key.indexOf('.');
  return [key.slice(0, dot), key.slice(dot + 1)];
}

/** The value as its kind writes it. */
export function spelled({kind, type}: Tunable, value: string): string {
  if (type !== 'boolean') return value;
  const words: Readonly<Record<TunableKind, readonly [yes: string, no: string]>> = {
    sysctl: ['1', '0'],
    'module-parameter': ['1', '0'],
    'zfs-property': ['on', 'off'],
    'zpool-property': ['on', 'off'],
    'nfs-conf': ['y', 'n'],
    'nfs-mount': ['true', 'false'],
    qtfs: ['y', 'n'],
    lctl: ['1', '0'],
    ceph: ['true', 'false'],
  };
  return words[kind][value === 'y' ? 0 : 1];
}

/**
 * The file that gives a tunable its value from the next start on; undefined for kinds that keep values themselves. Its name
 * sorts behind those of others, since the last one wins in all of these folders.
 */
export function dropInOf(tunable: Tunable, value: string): DropIn | undefined {
  const {kind, key, name} = tunable;
  const written = spelled(tunable, value);
  switch (kind) {
    case 'sysctl':
      return {path: `/etc/sysctl.d/zz-kbuild-${name}.conf`, text: `${key} = ${written}\n`};
    case 'module-parameter': {
      const [module, parameter] = moduleParameter(tunable);
      return {
        path: `/etc/modprobe.d/zz-kbuild-${name}.conf`,
        text: `options ${module} ${parameter}=${written.includes(' ') ? `"${written}"` : written}\n`,
      };
    }
    case 'nfs-conf': {
      const [section, tag] = sectionAndKey(tunable);
      return {path: `/etc/nfs.conf.d/zz-kbuild-${name}.conf`, text: `[${section}]\n${tag}=${written}\n`};
    }
    case 'nfs-mount':
      return {
        path: `/etc/nfsmount.conf.d/zz-kbuild-${name}.conf`,
        text: `[ NFSMount_Global_Options ]\n${key}=${written}\n`,
      };
    case 'qtfs':
      return {path: `/etc/kbuild/qtfs.conf.d/${name}.conf`, text: `${key}=${written}\n`};
    default:
      return undefined;
  }
}

/** The lines that say of a tunable what is set and what is in effect. */
export function readingLines(asked: Asked): string {
  const kind = kinds[asked.tunable.kind];
  return `${kind.there(asked)} && { ${kind.configured(asked)}; ${observeLine(asked) ?? kind.seen(asked)}; }`;
}

function observeLine({tunable: {observe, type}, index, instance}: Asked): string | undefined {
  if (observe === undefined) return undefined;
  if (observe === 'nothing') return ':';
  if ('mount' in observe) {
    const {mount, option} = observe;
    return call('seen_mount', index, mount, option, type === 'boolean' ? '1' : '', instance ?? '');
  }
  if ('rpc' in observe) return call('seen_rpc', index, ...observe.rpc.split(' '));
  if (observe.field !== undefined) return call('seen_field', index, observe.file, observe.field);
  if (observe.word !== undefined) return call('seen_word', index, observe.file, observe.word);
  return call('seen_file', index, observe.file);
}

/** The lines that set a tunable: at run time first, so that what the system refuses is not kept for its next start. */
export function settingLines(asked: Asked, value: string): string {
  const kind = kinds[asked.tunable.kind];
  const written = spelled(asked.tunable, value);
  const steps = [kind.apply(asked, written), kind.persist(asked, value)].filter((one) => one !== undefined);
  return [kind.there(asked), ...steps].join(' && ');
}
