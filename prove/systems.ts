/**
 * What recipes of single systems promise: each passes three times, and without its decisive kernel symbol or service it
 * fails at the check that tells of it.
 */

import {join} from 'node:path';
import {type Finding, failedAt, kbuild, type Proof, passed, root, work} from './run.ts';

/** One thing that is spoilt, and the check that has to be the first to fail. */
export type Spoilt = {
  /** A kernel symbol as `--set` takes it, or a folder of `fixtures/RECIPE` with the recipe and one overlay more. */
  readonly by: {readonly set: string} | {readonly folder: string};
  readonly check: string;
};

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
};

export const systemProofs: Readonly<Record<string, Proof>> = Object.fromEntries(
  Object.entries(spoilt).map(([recipe, ways]) => [recipe, () => proofOf(recipe, ways)]),
);

async function* proofOf(recipe: string, ways: readonly Spoilt[]): AsyncGenerator<Finding, void> {
  for (let run = 1; run <= 3; run++) {
    yield passed(`${recipe}, boot ${run}`, await kbuild(['boot', recipe]));
  }
  yield* spoiltFindings(recipe, ways);
}

/** What is spoilt fails, and where it should. */
export async function* spoiltFindings(
  recipe: string,
  ways: readonly Spoilt[],
): AsyncGenerator<Finding, void> {
  for (const {by, check} of ways) {
    const name = 'set' in by ? by.set : by.folder;
    const given = 'set' in by ? ['--set', by.set] : ['--recipes', join(root, 'fixtures', recipe, by.folder)];
    const out = join(work, `${recipe}-${name}`);
    yield failedAt(name, check, await kbuild(['boot', recipe, ...given, '--out', out]));
  }
}
