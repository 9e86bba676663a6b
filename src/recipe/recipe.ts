/** A recipe as its files write it, and as it is composed for one kernel; every goal knows where it was written. */

import type {Architecture} from '../base/architecture.ts';
import type {Place} from '../base/diagnostic.ts';
import type {Tuning} from './catalogue.ts';
import type {Condition} from './condition.ts';
import type {RecipeFolders} from './folders.ts';
import type {ModuleRecipe, WrittenModule} from './module.ts';
import type {Parameter} from './parameters.ts';

/**
 * What a symbol has to be in the final .config: a tristate, `y or m`, `at least` and a number, or the text of a number
 * or string. `wantedOf` reads it.
 */
export type Goal = {
  readonly symbol: string;
  readonly value: string;
  /** A wish: taken where it can be beside all goals that are none, else reported. */
  readonly optional?: true;
  readonly why?: string;
  /** The recipe, part or module that wrote it: `fs/zfs`, `modules/zfs`. */
  readonly origin: string;
  readonly place: Place;
};

export type ImageRecipe = {
  readonly role: string;
  readonly summary: string;
  /** The processor of its machines; absent where it is the one the recipe is made for. */
  readonly arch?: Architecture;
  /** Debian packages of its user space; dependencies are added. */
  readonly packages: readonly string[];
  /** Out-of-tree modules installed into it. */
  readonly modules: readonly string[];
  /** Directories whose files are laid over the root, by absolute path, in order. */
  readonly overlays: readonly string[];
  /** systemd units enabled in it. */
  readonly enable: readonly string[];
  /** Added to the kernel's command line. */
  readonly commandLine: readonly string[];
  /** Free space left in its root file system, MiB. */
  readonly freeMiB: number;
  /** Words of the shell in /etc/kbuild/NAME.conf, by NAME; absent where there are none. */
  readonly variables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What its machines start with; absent where nothing is said. */
  readonly tuned?: readonly Tuning[];
};

/** What one file adds. */
export type Layer = {
  /** The recipe, part or module: `fs/zfs`, `modules/zfs`. */
  readonly origin: string;
  /** It counts where one of these holds: each is a way by which the recipe comes to use it. */
  readonly applies: readonly Condition[];
  readonly goals: readonly ConditionalGoal[];
  readonly modules: readonly {readonly name: string; readonly place: Place}[];
  readonly patches: readonly ConditionalPatch[];
  readonly conflicts: readonly ConditionalConflict[];
  /** Where it is named first; absent for the recipe's own, and for what nothing comes to. */
  readonly usedAt?: Place | undefined;
};

export type ConditionalGoal = {readonly goal: Goal; readonly when: Condition};

/** A patch of the kernel's source. */
export type Patch = {
  readonly path: string;
  /** That of the file which names it; it is there or below. */
  readonly folder: string;
  readonly origin: string;
  readonly place: Place;
};

/** What cannot be beside the part that says so. */
export type Conflict = {
  /** As layers have it: `fs/zfs`, `modules/zfs`. */
  readonly origin: string;
  readonly why: string;
};

export type ConditionalConflict = {readonly conflict: Conflict; readonly when: Condition};

export type ConditionalPatch = {readonly patch: Patch; readonly when: Condition};

/**
 * What becomes of a symbol that comes into sight and that no goal needs: it takes its default, as olddefconfig gives it,
 * or stays off.
 */
export type Trim = 'defaults' | 'least';

/** A file, or an overlay's folder. */
export type MadeOf = {
  /** Below its folder of recipes: `parts/fs/zfs.yaml`. */
  readonly name: string;
  readonly path: string;
};

/** A recipe whose files are all sound. What it asks for in full is known with its kernel: see `composeRecipe`. */
export type WrittenRecipe = Omit<Recipe, 'goals' | 'modules'> & {
  /** Those of its own file, each with the value that it has been filled in with. */
  readonly parameters: readonly (Parameter & {readonly value: string})[];
  /** Every module that it may ask for, wherever it is built. */
  readonly modules: readonly WrittenModule[];
  /** Parts, each after those it uses itself, and modules before what names them. */
  readonly parts: readonly Layer[];
  /** The recipe's own file, which wins over its parts. */
  readonly own: Layer;
  /** Of `--set`, which win over every file. */
  readonly settings: readonly Goal[];
  /** Its own file first; then parts, modules, patches, overlays and a base that is a file. */
  readonly madeOf: readonly MadeOf[];
  /** Where what it names is looked up, and the catalogue of its machines' tunables. */
  readonly folders: RecipeFolders;
};

/** A recipe composed for an architecture and a kernel: what the other rooms read. */
export type Recipe = {
  readonly name: string;
  readonly summary: string;
  readonly kernel: {
    /** `tinyconfig`, `allnoconfig`, `running`, the name of a defconfig, or the absolute path of a .config file. */
    readonly base: string;
    readonly version: string;
    /** Absent: `defaults`. */
    readonly trim?: Trim;
    /** In the order they are applied in. */
    readonly patches?: readonly Patch[];
  };
  /** In the order of composition: one per symbol that is no wish, and after it wishes that want more, or something else. */
  readonly goals: readonly Goal[];
  /** Built out of the kernel's tree. */
  readonly modules: readonly ModuleRecipe[];
  readonly images: Readonly<Record<string, ImageRecipe>>;
  /** The scenario that the boot proof runs. */
  readonly prove?: string;
};

/** The processor of an image's machines: its own, or the one given for those that leave it open. */
export function architectureOf({arch}: ImageRecipe, given: Architecture): Architecture {
  return arch ?? given;
}

/** The architectures of these images, each once, in their order; the one given where there is no image. */
export function architecturesOf(
  images: readonly ImageRecipe[],
  given: Architecture,
): readonly Architecture[] {
  return images.length === 0 ? [given] : [...new Set(images.map((image) => architectureOf(image, given)))];
}
