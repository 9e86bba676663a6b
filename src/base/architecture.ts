/** The processors that kernels and images are built for, by the names users give them. */

export const architectures = ['x86_64', 'arm64'] as const;

export type Architecture = (typeof architectures)[number];

/** That of the machine this runs on, or undefined where nothing can be built on it. */
export function machineArchitecture(): Architecture | undefined {
  if (process.arch === 'x64') return 'x86_64';
  return process.arch === 'arm64' ? 'arm64' : undefined;
}

/** GNU's names, which Debian's compilers and library folders go by. */
export const gnuTriplets: Readonly<Record<Architecture, string>> = {
  x86_64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
