/** Merging of config fragments as `scripts/kconfig/merge_config.sh -m` does it (Linux 6.1). */

/**
 * The base with the fragments after it; a line of the base goes if a fragment names its symbol. What is missing is
 * left to `olddefconfig`: `tinyconfig` is `allnoconfig` with kernel/configs/tiny-base.config, merged with
 * kernel/configs/tiny.config and arch/x86/configs/tiny.config, through `olddefconfig`.
 */
export function mergeFragments(base: string, fragments: readonly string[], prefix = 'CONFIG_'): string {
  let merged = base;
  const escaped = prefix.replace(/[^A-Za-z0-9_]/g, '\\$&');
  const assigned = new RegExp(
    `^(?:(${escaped}[a-zA-Z0-9_]*)=.*|# (${escaped}[a-zA-Z0-9_]*) is not set)$`,
    'gm',
  );
  for (const fragment of fragments) {
    const names = new Set(Array.from(fragment.matchAll(assigned), (match) => match[1] ?? match[2]!));
    const kept = merged.split('\n').filter((line) => !mentions(line, names));
    merged = `${kept.join('\n')}\n${fragment}`;
  }
  return merged;
}

/** The script's `sed "/$CFG[ =]/d"`: any line with a name before a blank or `=`. */
function mentions(line: string, names: ReadonlySet<string>): boolean {
  for (const match of line.matchAll(/[A-Za-z0-9_]+(?=[ =])/g)) {
    if (names.has(match[0])) return true;
  }
  return false;
}
