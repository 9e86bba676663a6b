/** What merge_config.sh says with `-h`, and without arguments. */

import type {MergeRules} from '../kconfig/index.ts';

/** usage of the script. */
export function mergeUsage({strict, quiet}: MergeRules, program = 'kbuild merge --compatible'): string {
  const later = [
    ...(strict ? ['  -s    strict mode. Fail if the fragment redefines any value.'] : []),
    ...(quiet ? ['  -Q    disable warning messages for overridden options.'] : []),
  ];
  return `Usage: ${program} [OPTIONS] [CONFIG [...]]
  -h    display this help text
  -m    only merge the fragments, do not execute the make command
  -n    use allnoconfig instead of alldefconfig
  -r    list redundant entries when merging fragments
  -y    make builtin have precedence over modules
  -O    dir to put generated output files.  Consider setting $KCONFIG_CONFIG instead.
${later.map((line) => `${line}\n`).join('')}
Used prefix: '${process.env.CONFIG_ ?? 'CONFIG_'}'. You can redefine it with $CONFIG_ environment variable.
`;
}
