/** What went by RDMA, as the machines count it. */

import {CheckFailure, type Guest, succeed} from '../scenario.ts';
import {type RdmaPackets, rdmaPackets} from './outputs.ts';

/** No InfiniBand or RoCE packet carries more. */
const largestPayload = 4096;

/** The packets that a machine has sent and received by RDMA since its devices are there. */
export async function packetsOf(guest: Guest): Promise<RdmaPackets> {
  return rdmaPackets(await succeed(guest, 'rdma statistic show'));
}

/** Those that came to pass between two looks. */
export function packetsMoved(before: RdmaPackets, after: RdmaPackets): RdmaPackets {
  return {sent: after.sent - before.sent, received: after.received - before.received};
}

/** Throws unless each machine sent and received as many packets as so many bytes take at least; tells how many it were. */
export function requirePackets(moved: Readonly<Record<string, RdmaPackets>>, bytes: number): string {
  const least = bytes / largestPayload;
  const counts = Object.entries(moved)
    .map(([name, {sent, received}]) => `${name} sent ${sent} and received ${received} RDMA packets`)
    .join(', ');
  if (Object.values(moved).some(({sent, received}) => Math.min(sent, received) < least)) {
    throw new CheckFailure(`${bytes / 1024 ** 2} MiB each way are at least ${least} packets; ${counts}`);
  }
  return counts;
}
