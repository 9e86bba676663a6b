/** The help of `conf`: the C tool's, byte for byte, and what is ours. */

import type {Dialect} from '../kconfig/index.ts';

const modeLines = `  --listnewconfig         List new options
  --helpnewconfig         List new options and help text
  --oldaskconfig          Start a new configuration using a line-oriented program
  --oldconfig             Update a configuration using a provided .config as base
  --syncconfig            Similar to oldconfig but generates configuration in
                          include/{generated/,config/}
  --olddefconfig          Same as oldconfig but sets new symbols to their default value
  --defconfig <file>      New config with default defined in <file>
  --savedefconfig <file>  Save the minimal current configuration to <file>
  --allnoconfig           New config where all options are answered with no
  --allyesconfig          New config where all options are answered with yes
  --allmodconfig          New config where all options are answered with mod
  --alldefconfig          New config with all symbols set to default
  --randconfig            New config with random answer to all options
  --yes2modconfig         Change answers from yes to mod if possible
  --mod2yesconfig         Change answers from mod to yes if possible
`;

/** conf_usage. */
export function usage(
  program: string,
  {commandLine, laterModes, oldnoconfig, usageArguments}: Dialect,
): string {
  if (commandLine === 'strict') {
    const later = oldnoconfig
      ? modeLines.replace(
          /^ {2}--olddefconfig.*\n/m,
          '$&  --oldnoconfig           An alias of olddefconfig\n',
        )
      : modeLines;
    const known = laterModes ? later : later.replace(/^ {2}--(helpnew|yes2mod|mod2yes).*\n/gm, '');
    return `Usage: ${program} [-s] [option] <kconfig-file>\n[option] is _one_ of the following:\n${known}`;
  }
  const file = usageArguments ? 'kconfig_file' : '<kconfig-file>';
  const last = usageArguments ? '\nArguments:\n  kconfig_file            Top-level Kconfig file.\n' : '';
  return `Usage: ${program} [options] ${file}

Generic options:
  -h, --help              Print this message and exit.
  -s, --silent            Do not print log.

Mode options:
${modeLines}  --mod2noconfig          Change answers from mod to no if possible
  (If none of the above is given, --oldaskconfig is the default)
${last}`;
}

/** What `--help` says after the C tool's words. */
export function ownUsage(dialects: readonly string[]): string {
  return `
Options of kbuild's own:
  --dialect <name>        Read the tree as that release's conf does: ${dialects.join(', ')},
                          or as the conf of the tree whose path this is
                          (default: what $srctree/scripts/kconfig shows, or linux-6.1)
                          (a BusyBox tree takes its own conf's -o -s -d -D <file> -n -m -y -r)
  --no-shell              Run no command of the tree: every $(shell) answers with the empty string
  --no-memory             Read the whole tree and run its commands anew, and remember neither for the next run
                          (KBUILD_CONF_MEMORY=0 says the same; \`kbuild cache clean conf\` forgets)
  --tree <dir>            Take the environment from the Makefile of that kernel tree (ARCH and CC count),
                          and its Kconfig if no file is given
  --function <name>=<answer>, --functions <file.json>, --header <file>
                          For a tree that Kconfiglib reads (docs/kconfig.md): what its functions in Python answer,
                          and where the C header goes
  $(shell) runs what the tree says, with your rights: give --no-shell for a tree you do not trust.

Examples:
  kbuild conf --tree ~/linux --olddefconfig
  kbuild conf --tree ~/linux --savedefconfig defconfig
  KCONFIG_SEED=7 kbuild conf --tree ~/linux --randconfig
As scripts/kconfig/conf, this help ends with exit code 1.
`;
}
