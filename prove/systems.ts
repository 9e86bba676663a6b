/**
 * What recipes of single systems promise: each passes three times on its lines of kernels, and without its decisive kernel
 * symbol, service or module it fails at the check that tells of it.
 */

import {join} from 'node:path';
import {recipesWithProof} from './recipes.ts';
import {type Finding, failedAt, kbuild, type Proof, passed, root, sourceGiven, work} from './run.ts';

/** One thing that is spoilt, and the check that has to be the first to fail. */
export type Spoilt = {
  /** A kernel symbol as `--set` takes it, or a folder of `fixtures/RECIPE` with the recipe and something of it changed. */
  readonly by: {readonly set: string} | {readonly folder: string};
  /** Where not the recipe's own. */
  readonly kernel?: string;
  readonly check: string;
};

/** The lines of kernels of a recipe that promises something else on each of them. */
const lines: Readonly<Record<string, readonly string[]>> = {gds: ['6.1', '6.12']};

export const spoilt: Readonly<Record<string, readonly Spoilt[]>> = {
  'nfs-tcp': [
    {
      by: {folder: 'no-rpcbind'},
      check: 'rpcbind on the host tells the client the ports of NFS 3, mountd and lockd',
    },
    {by: {set: 'NFS_V4_2=n'}, check: 'the client mounts it by NFS 4.2 over TCP'},
  ],
  ceph: [
    {by: {folder: 'no-second-osd'}, check: 'two OSDs join it, each with its drive'},
    {by: {set: 'BLK_DEV_RBD=n'}, check: 'the client’s kernel maps an image as a block device'},
  ],
  nvmeof: [
    {
      by: {folder: 'no-target-service'},
      check: 'the target serves its whole drive to the one host that it names',
    },
    {by: {set: 'NVME_TARGET_TCP=n'}, check: 'the target listens for NVMe over TCP'},
    {by: {set: 'NVME_RDMA=n'}, check: 'the initiator is told of it by discovery, and another host is not'},
  ],
  infiniband: [
    {
      by: {folder: 'no-subnet-manager'},
      check: 'the subnet manager is looked after, and is not started on Ethernet',
    },
    {
      by: {set: 'RDMA_RXE=n'},
      check: 'verbs of user space see an RDMA device with an active port on either host',
    },
  ],
  gds: [
    {by: {folder: 'no-module'}, check: 'nvidia-fs loads, or refuses for want of the GPU driver'},
    {by: {set: 'KALLSYMS_ALL=n'}, kernel: '6.12', check: 'the kernel has the symbols it asks for'},
  ],
  lustre: [
    {
      by: {folder: 'no-rdma'},
      check: 'LNet is up: TCP on every machine, RDMA on the servers too, and the MDS answers',
    },
    {by: {folder: 'one-ost'}, check: 'the OSS serves two object targets on ZFS'},
  ],
  qtfs: [],
  'qtfs-servers': [
    {by: {folder: 'no-module'}, check: "the server's module is loaded"},
    {by: {folder: 'empty-whitelist'}, check: 'the engine runs, with a white list'},
    {by: {folder: 'wrong-port'}, check: "the client mounts the server's tree"},
  ],
};

export const systemProofs: Readonly<Record<string, Proof>> = Object.fromEntries(
  Object.entries(spoilt).map(([recipe, ways]) => [recipe, () => proofOf(recipe, ways)]),
);

async function* proofOf(recipe: string, ways: readonly Spoilt[]): AsyncGenerator<Finding, void> {
  for (const {what, options} of await waysToBoot(recipe)) {
    for (let run = 1; run <= 3; run++) {
      yield passed(`${what}, boot ${run}`, await kbuild(['boot', recipe, ...options]));
    }
  }
  yield* spoiltFindings(recipe, ways);
}

/** A recipe on each of its lines of kernels, with the sources that the environment names (`NAME_SOURCE`). */
export async function waysToBoot(
  recipe: string,
): Promise<readonly {readonly what: string; readonly options: readonly string[]}[]> {
  const sources = await sourcesOf(recipe);
  const several = lines[recipe]?.map((line) => ({
    what: `${recipe} on ${line}`,
    options: ['--kernel', line, ...sources],
  }));
  return several ?? [{what: recipe, options: sources}];
}

async function sourcesOf(recipe: string): Promise<readonly string[]> {
  return (await recipesWithProof()).get(recipe)!.flatMap(sourceGiven);
}

/** What is spoilt fails, and where it should. */
export async function* spoiltFindings(
  recipe: string,
  ways: readonly Spoilt[],
): AsyncGenerator<Finding, void> {
  const sources = await sourcesOf(recipe);
  for (const {by, kernel, check} of ways) {
    const name = 'set' in by ? by.set : by.folder;
    const given = 'set' in by ? ['--set', by.set] : ['--recipes', join(root, 'fixtures', recipe, by.folder)];
    const line = kernel === undefined ? [] : ['--kernel', kernel];
    const options = [...given, ...line, ...sources, '--out', join(work, `${recipe}-${name}`)];
    yield failedAt(name, check, await kbuild(['boot', recipe, ...options]));
  }
}
