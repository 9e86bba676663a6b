/** What it is to run a step of the build inside the builder's root file system. */

import type {StepOptions, StepResult} from '../base/process.ts';

/** A directory or file of the host, visible to the step at `target`. */
export type Mount = {readonly source: string; readonly target: string; readonly readOnly: boolean};

/** One command in the container: no network, nothing of the host but the mounts, `/tmp` empty. */
export type ContainerStep = Pick<StepOptions, 'logPath' | 'onLine' | 'input' | 'timeoutMs' | 'signal'> & {
  readonly argv: readonly string[];
  /** Targets below `/src`, `/build`, `/out`, `/cache`, `/in` exist in every builder, for mounting over. */
  readonly mounts: readonly Mount[];
  readonly cwd?: string;
  /** Added to a fixed minimal environment (PATH, HOME=/tmp, LC_ALL=C.UTF-8, TZ=UTC, SOURCE_DATE_EPOCH). */
  readonly environment?: Readonly<Record<string, string>>;
};

export type EngineName = 'podman' | 'docker' | 'bubblewrap';

/** The root file system of a builder: a plain directory, and the tar it was unpacked from. */
export type BuilderRoot = {readonly dir: string; readonly tar: string; readonly digest: string};

/**
 * A builder ready for work. Which engine runs it is found out at the first `run`, not before, so that a
 * run with nothing to do tries no engine. What steps produce does not depend on the engine: stages name
 * `digest` among their inputs, never the engine.
 */
export type Builder = {
  readonly digest: string;
  readonly run: (step: ContainerStep) => Promise<StepResult>;
  /** As `run`, with stdout and stderr, for short outputs. */
  readonly capture: (
    step: ContainerStep,
  ) => Promise<StepResult & {readonly stdout: string; readonly stderr: string}>;
};

/** 2026-01-01T00:00:00Z, in seconds: the time that everything made here says it was made. */
export const sourceDateEpoch = 1767225600;

/**
 * The environment under which `ccache` remembers objects, with its directory mounted at /cache. They are found by
 * preprocessed text: a build that was stopped, or one with another goal, compiles only what is new.
 */
export const objectCache = {
  // Debian's directory of links named gcc, cc, …: no command line has to name ccache.
  PATH: '/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin',
  CCACHE_DIR: '/cache',
  CCACHE_MAXSIZE: '5G',
  CCACHE_COMPILERCHECK: 'content',
  // By preprocessed text only: the direct mode misses a new header that shadows one it has recorded.
  CCACHE_NODIRECT: '1',
} as const;
