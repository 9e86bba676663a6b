/** The environment a kernel's Makefile gives to `conf`, asked of the Makefile itself. */

const goal = 'kbuild-environment-config';

/** Arguments that make `make` print what it exports: a goal that ends in "config" is treated as one that configures. */
export const environmentArguments: readonly string[] = ['-s', `--eval=${goal}: ; @env -0`, goal];

/** The variables in the output of `env -0`. */
export function parseEnvironment(output: string): ReadonlyMap<string, string> {
  return new Map(
    output
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
