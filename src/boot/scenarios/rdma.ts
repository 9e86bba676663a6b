/** What went by RDMA, as the machines count it. */

import {type Guest, succeed} from '../scenario.ts';
import {type RdmaPackets, rdmaPackets} from './outputs.ts';

/** The packets that a machine has sent and received by RDMA since its devices are there. */
export async function packetsOf(guest: Guest): Promise<RdmaPackets> {
  return rdmaPackets(await succeed(guest, 'rdma statistic show'));
}

/** Those that came to pass between two looks. */
export function packetsMoved(before: RdmaPackets, after: RdmaPackets): RdmaPackets {
  return {sent: after.sent - before.sent, received: after.received - before.received};
}
