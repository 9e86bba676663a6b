/** The recipe that somebody starts from. */

/** A sound recipe with a comment on all that it may say. `schema` is the path or address that editors complete from. */
export function newRecipeText(name: string, schema: string): string {
  return `# yaml-language-server: $schema=${schema}
#
# kbuild recipes show ${name}.yaml    what it comes to, and from which files
# kbuild config ${name}.yaml          the kernel's .config
# kbuild recipe ${name}.yaml          kernel, modules and images, seen working where \`prove\` names a scenario
name: ${name}
summary: what it is for, in one line

# Parts: files of goals that belong together, of recipes/parts; the recipe's own goals win over theirs.
use: [base/server]

kernel:
  # Where the .config starts: tinyconfig, allnoconfig, running (this machine's kernel), a defconfig by its name, or a
  # path to a .config file: ./my.config
  base: tinyconfig
  version: "6.1"
  # Patches of the kernel's source, in order, by their paths from this file:
  # patches: [patches/0001-mine.patch]

# What whoever builds it may choose, by --param hostname=NAME. Types: int (range, unit), bool, string, choice (values).
parameters:
  hostname: {type: string, default: ${JSON.stringify(name)}, summary: the name of a machine that has been given none}

# What has to be in the final .config: y, m, n, "y or m", a number, "at least 64", or a text.
goals:
  DEFAULT_HOSTNAME: \${hostname}
  XFS_FS: {value: y or m, why: its data are on XFS}
  # A wish is taken where it can be, and else reported:
  XFS_QUOTA: {value: y, optional: true}
  # Only where it counts; in \`when\` may also stand parameters: {hostname: …}
  IKCONFIG: {value: y, when: {arch: x86_64, kernel: ">=5.10"}}

# Modules that are not in the kernel's tree, of recipes/modules:
# modules: [zfs]

images:
  server:
    summary: a server
    use: [common] # files laid over the root, of recipes/overlays
    packages: [xfsprogs]
    freeMiB: 512
`;
}
