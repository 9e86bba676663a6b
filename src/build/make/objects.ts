/**
 * How many objects a kernel build consists of, found out before it starts: the tree's own Kbuild files are read
 * by make, with the variables of scripts/Makefile.build (Linux 5.10 to 7.x), and asked for their objects.
 */

const goal = 'kbuild-objects';

/** What Makefile.build empties for Kbuild files: those that only add to one of them would make it expand too late. */
const emptyFlags = ['EXTRA_AFLAGS', 'EXTRA_CFLAGS', 'EXTRA_CPPFLAGS', 'EXTRA_LDFLAGS']
  .concat(['asflags-y', 'ccflags-y', 'rustflags-y', 'cppflags-y', 'ldflags-y'])
  .concat(['subdir-asflags-y', 'subdir-ccflags-y', 'subdir-rustflags-y'])
  .map((name) => `${name} :=`)
  .join('\n');

/** Run by the top Makefile, which exports what Kbuild files expect; calls itself for each sub-directory. */
export const countingMakefile = `src := $(obj)
obj-y :=
obj-m :=
lib-y :=
lib-m :=
always-y :=
always-m :=
targets :=
subdir-y :=
subdir-m :=
${emptyFlags}
-include include/config/auto.conf
include $(srctree)/scripts/Kbuild.include
-include $(srctree)/scripts/Makefile.compiler
kbuild-dir := $(if $(filter /%,$(src)),$(src),$(if $(filter .,$(src)),$(srctree),$(srctree)/$(src)))
include $(or $(wildcard $(kbuild-dir)/Kbuild),$(kbuild-dir)/Makefile)
include $(srctree)/scripts/Makefile.lib
directories := $(sort $(patsubst %/,%,$(subdir-ym)))
$(foreach object,$(filter %.o,$(real-obj-y) $(real-obj-m) $(lib-y)),$(info object $(patsubst ./%,%,$(object))))
.PHONY: list $(directories)
list: $(directories) ; @:
$(directories): ; @$(MAKE) --no-print-directory -f $(counting) obj=$@ list
`;

/** The make command that prints the objects; `makefile` is the path of `countingMakefile` as make sees it. */
export function countingArgv(make: readonly string[], makefile: string): readonly string[] {
  const list = `$(MAKE) --no-print-directory -f ${makefile} counting=${makefile} obj=$(directory) list`;
  // In 5.10 the top Kbuild file names no directories: the top Makefile does, in build-dirs.
  const recipe = `${goal}: ; @$(foreach directory,$(or $(build-dirs),.),${list} && ):`;
  // One job: lines of parallel makes could run into one another.
  return [...make, '-j1', `--eval=${recipe}`, goal];
}

/** The object paths in what `countingArgv` printed, relative to the output directory. */
export function expectedObjects(output: string): ReadonlySet<string> {
  const prefix = 'object ';
  return new Set(
    output
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length)),
  );
}

/** Follows the lines of a running make (`  CC [M]  fs/nfs/dir.o`) and counts the expected objects among them. */
export class ObjectCounter {
  readonly #expected: ReadonlySet<string>;
  readonly #seen = new Set<string>();

  constructor(expected: ReadonlySet<string>) {
    this.#expected = expected;
  }

  get done(): number {
    return this.#seen.size;
  }

  /** True if the line told of another object. */
  see(line: string): boolean {
    const target = /^ {2}[A-Z]\w*(?: \[M\])? +(\S+\.o)$/.exec(line)?.[1];
    if (target === undefined || this.#seen.has(target)) return false;
    if (this.#expected.size > 0 && !this.#expected.has(target)) return false;
    this.#seen.add(target);
    return true;
  }
}
