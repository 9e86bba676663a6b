/** Which Debian is meant, which packages are wanted of it, and which were chosen. */

import {type Architecture, gnuTriplets, machineArchitecture} from '../../base/architecture.ts';
import {missingTool} from '../../base/diagnostic.ts';
import {digestOfValue} from '../../base/digest.ts';

/** Debian's own names of processor architectures. */
export type DebianArchitecture = 'amd64' | 'arm64';

/** The two archives packages come from. Each has `dists/` and `pool/` below its address. */
export type ArchiveName = 'debian' | 'debian-security';

/** Which release for which processor, and how strictly the lock is taken. */
export type DebianOptions = {
  /** The code name: `bookworm`. */
  readonly suite: string;
  readonly architecture: DebianArchitecture;
  /** A locked version that the mirror no longer has is an error, and so is a set that is not in the lock. */
  readonly locked?: boolean;
  /** The directory of the lock files; the project's own `locks/` where absent. */
  readonly lockDir?: string;
  /** Where the settings are read from; `process.env` where absent. */
  readonly environment?: Readonly<NodeJS.ProcessEnv>;
};

/** Packages wanted under one name in the lock. */
export type PackageSet = {
  /** `builder`, `image/nfs-rdma-zfs/host`, `kernel/6.1`. */
  readonly name: string;
  readonly packages: readonly string[];
  /**
   * `userland` adds the essential and required packages and all dependencies, `dependencies` these alone;
   * `none` adds nothing.
   */
  readonly closure: 'userland' | 'dependencies' | 'none';
  /** Where its packages are looked for besides `main` and `contrib`. */
  readonly component?: 'non-free';
};

/** One package, to the byte. */
export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly archive: ArchiveName;
  /** Below the archive's address: `pool/main/b/bash/bash_5.2.15-2+b13_amd64.deb`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
};

export type LockedSet = {
  readonly requested: readonly string[];
  /** Sorted by name. */
  readonly packages: readonly LockedPackage[];
  /** In a user's own lock: the digest of the project's set whose versions the mirror no longer had. */
  readonly replaces?: string;
};

/** The parts of the archive that a set's packages may come from. */
export function componentsOf({component}: PackageSet): readonly string[] {
  return ['main', 'contrib', ...(component === undefined ? [] : [component])];
}

/** Debian's name of an architecture. */
export function debianArchitecture(architecture: Architecture): DebianArchitecture {
  return architecture === 'x86_64' ? 'amd64' : 'arm64';
}

/** The name of library folders of an architecture. */
export function gnuTripletOf(architecture: DebianArchitecture): string {
  return gnuTriplets[architecture === 'amd64' ? 'x86_64' : 'arm64'];
}

/**
 * Debian's name of the architecture of the machine this runs on, which builders are of.
 * @throws exit 3 where it is none that builders are made for.
 */
export function debianArchitectureOfMachine(): DebianArchitecture {
  const machine = machineArchitecture();
  if (machine !== undefined) return debianArchitecture(machine);
  throw missingTool('unsupported-machine', `nothing can be built on machines of ${process.arch}`, {
    hint: 'run kbuild on x86_64 or arm64',
  });
}

/** A digest of the packages' bytes: what anything made of the set depends on. */
export function digestOfPackages(packages: readonly LockedPackage[]): string {
  return digestOfValue(packages.map(({sha256}) => sha256).sort());
}

/** The requested names as the lock writes them: sorted, each once. */
export function normalRequest(set: PackageSet): readonly string[] {
  return [...new Set(set.packages)].sort();
}
