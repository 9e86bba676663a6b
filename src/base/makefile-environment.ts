/** The environment a kernel's Makefile gives to `conf`, asked of the Makefile itself. */

const goal = 'kbuild-environment-config';

/** Arguments that make `make` print what it exports: a goal that ends in "config" is treated as one that configures. */
export const environmentArguments: readonly string[] = ['-s', `--eval=${goal}: ; @env -0`, goal];

/** The variables in the output of `env -0`. */
export function parseEnvironment(output: string): ReadonlyMap<string, string> {
  const environment = new Map<string, string>();
  for (const entry of output.split('\0')) {
    const equals = entry.indexOf('=');
    if (equals > 0) environment.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return environment;
}
