/** What the main job is asked for, and what it gives back. */

import type {Architecture} from '../base/architecture.ts';
import type {BootReport, Laboratory} from '../boot/index.ts';
import type {EngineName} from '../build/container.ts';
import type {VendorBase} from '../image/boot-stream.ts';
import type {WrittenRecipe} from '../recipe/recipe.ts';
import type {Resolved} from '../recipe/resolve.ts';
import type {LockDifferences} from './lock-differences.ts';
import type {HeldLock, TargetLock} from './recipe-lock.ts';

export type JobRequest = {
  readonly recipe: WrittenRecipe;
  /** The last stage wanted; `boot` includes all before it. */
  readonly upTo: 'config' | 'build' | 'image' | 'boot';
  /** The image roles wanted; all of the recipe's when absent. A boot needs all of them. */
  readonly roles?: readonly string[];
  /** Of the roles that do not say their own; for `config`, the one wanted. */
  readonly arch: Architecture;
  /** A kernel line (`6.1`), a directory or a tarball; the recipe's own when absent. */
  readonly kernel?: string;
  /**
   * Makes the images with the kernel that Debian ships for that line in place of the recipe's, without modules out of the
   * tree: to compare the two.
   */
  readonly stockKernel?: boolean;
  /** Directories of module sources, by the name of the source. */
  readonly sources: Readonly<Record<string, string>>;
  readonly engine: 'auto' | EngineName;
  /** Where results go, `out/NAME/ARCH` by default. */
  readonly outDir: string;
  readonly access: {readonly authorizedKeys: readonly string[]; readonly rootPasswordHash?: string};
  /** What a BlueField's maker supplies: arm64 images then get a boot stream beside them. */
  readonly vendor?: VendorBase;
  /**
   * Refuse packages whose version differs from the lock file, where the mirror no longer has the locked one, and what
   * is not as `lock` has it.
   */
  readonly locked: boolean;
  /** The lock of the recipe: what is not as it says is told. `made` asks for what a new one would hold. */
  readonly lock?: HeldLock | 'made';
  /** Boot and prove even images that were proved before. */
  readonly proveAgain?: boolean;
  /** Takes the machines over, up and running, after their proof or, where `proved` is false, in its place. */
  readonly keep?: {readonly proved: boolean; readonly take: (laboratory: Laboratory) => void};
  /** Compilers run side by side. */
  readonly jobs: number;
};

export type StageRecord = {
  readonly title: string;
  readonly outcome: 'made' | 'reused';
  readonly durationMs: number;
  readonly detail?: string;
};

export type OutputFile = {readonly path: string; readonly bytes: number; readonly sha256: string};

export type JobResult = {
  readonly outDir: string;
  readonly stages: readonly StageRecord[];
  readonly files: readonly OutputFile[];
  /** A configuration for each architecture. */
  readonly resolved: readonly (Resolved & {readonly arch: Architecture})[];
  readonly boot?: BootReport;
  /** Of each architecture, where `lock` asks for them. */
  readonly targetLocks?: readonly TargetLock[];
  /** Where there is a lock. */
  readonly lockDifferences?: LockDifferences;
};
