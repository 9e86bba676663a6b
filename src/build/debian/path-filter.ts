/** dpkg's `--path-exclude` and `--path-include`, dpkg(1): the last pattern that fits decides. */

import type {TarMember} from './tar.ts';

/** Whether dpkg under these options leaves a path out; `path` without the slash it begins with. */
export function isExcluded(options: readonly string[], path: string, kind: TarMember['kind']): boolean {
  const rules = options.map((option) => {
    const [, verb, pattern = ''] = /^path-(exclude|include)=(.*)$/.exec(option) ?? [];
    return {excludes: verb === 'exclude', pattern};
  });
  const fitting = rules.findLast(({pattern}) => expression(pattern).test(`/${path}`));
  if (fitting?.excludes !== true) return false;
  if (kind !== 'directory' && kind !== 'symlink') return true;
  // filter_should_skip, lib/dpkg or src/filters.c: what an included path may lie below is kept.
  return !rules.some(({excludes, pattern}) => !excludes && `/${path}`.startsWith(literalStart(pattern)));
}

function literalStart(pattern: string): string {
  return pattern.replace(/[*?[\\].*$/, '').replace(/\/+$/, '');
}

/** fnmatch(3) without FNM_PATHNAME: an asterisk goes over slashes. Brackets are not used here. */
function expression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
