/** The ZFS pool of a recipe: how its drives keep data, as its parameters say, and what a host shows of it. */

import type {Values} from '../../recipe/parameters.ts';
import {CheckFailure, commandDetail, type Guest, succeed} from '../scenario.ts';
import type {ShellResult} from '../shell.ts';
import {type PoolLayout, poolLayout} from './outputs.ts';
import {untilTrue} from './waiting.ts';

const layouts = ['stripe', 'mirror', 'raidz1', 'raidz2', 'raidz3'] as const;

export type Pool = {
  readonly name: string;
  readonly layout: (typeof layouts)[number];
  /** NVMe drives of the host, all of which are in it. */
  readonly drives: number;
  /** Whom its data set is exported to, as exports(5) names them. */
  readonly clients: readonly string[];
};

/** What a resilver or a scrub of a few MiB may take a busy machine that is emulated. */
const scanSeconds = 300;

/** The pool that a recipe's `layout`, `drives` and `exports` ask for; three drives in raidz1, for everybody, where it has none. */
export function poolOf(values: Values): Pool {
  const layout = layouts.find((one) => one === values.get('layout')) ?? 'raidz1';
  const drives = Number(values.get('drives'));
  const exports = (values.get('exports') ?? '*').split(' ').filter((one) => one !== '');
  return {
    name: 'tank',
    layout,
    drives: Number.isInteger(drives) && drives > 0 ? drives : 3,
    clients: exports.map((one) => one.replace(/\(.*/, '') || '*'),
  };
}

/** Whether all is there without one of the drives. */
export function isRedundant({layout}: Pool): boolean {
  return layout !== 'stripe';
}

/** Throws unless the pool has its layout over exactly the host's NVMe drives, all online. */
export async function requireOnline(host: Guest, pool: Pool): Promise<string> {
  const status = await host.run(`zpool status -L -P ${pool.name}`);
  const layout = poolLayout(status.output);
  const members = membersOf(layout, pool);
  const drives = members.filter(({name}) => /^\/dev\/nvme\d+n1(?:p\d+)?$/.test(name));
  const states = [layout, ...layout.groups, ...members].map(({state}) => state);
  if (drives.length !== pool.drives || states.some((state) => state !== 'ONLINE')) {
    throw notAs(`${pool.layout} over ${pool.drives} NVMe drives, online`, host, pool, status);
  }
  return `${pool.layout} of ${drives.map(({name}) => name).join(', ')}, ONLINE`;
}

/** Throws unless the pool is degraded by the loss of that one drive, and of no other. */
export async function requireDegraded(host: Guest, pool: Pool, serial: string): Promise<string> {
  const isDegraded = `zpool list -H -o health ${pool.name} | grep -qx DEGRADED`;
  await host.run(untilTrue(isDegraded, 90), {timeoutMs: 180_000});
  const status = await host.run(`zpool status -P ${pool.name}`);
  const layout = poolLayout(status.output);
  const members = membersOf(layout, pool);
  const lost = members.filter(({state}) => state !== 'ONLINE');
  const [one] = lost;
  const isLost =
    layout.state === 'DEGRADED' &&
    members.length === pool.drives &&
    lost.length === 1 &&
    one !== undefined &&
    /^(?:REMOVED|UNAVAIL|FAULTED)$/.test(one.state) &&
    one.name.includes(serial);
  if (!isLost) throw notAs(`degraded by the loss of ${serial} alone`, host, pool, status);
  return `the pool is DEGRADED, ${serial} ${one.state}, ${members.length - 1} of ${members.length} drives ONLINE`;
}

/** Throws unless a drive that has come back is given what it missed, and a scrub then finds nothing amiss on any. */
export async function requireResilvered(host: Guest, {name}: Pool): Promise<string> {
  const scan = `zpool status ${name} | sed -n 's/^ *scan: //p'`;
  const isDone = untilTrue(`${scan} | grep -q '^resilvered'`, scanSeconds);
  const resilver = await host.run(`${isDone}; ${scan}`, {timeoutMs: 2 * scanSeconds * 1000});
  const missed = /^resilvered (\S+) .* with 0 errors/m.exec(resilver.output)?.[1];
  if (missed === undefined) {
    const status = await host.run(`zpool status ${name}`);
    throw new CheckFailure('the drive that is back has not been resilvered', commandDetail(host, status));
  }
  await succeed(host, `zpool scrub -w ${name}`, 2 * scanSeconds * 1000);
  const scrub = await host.run(`zpool status ${name}`);
  if (!/scan: scrub repaired 0B .* with 0 errors/.test(scrub.output)) {
    throw new CheckFailure('a scrub finds something amiss', commandDetail(host, scrub));
  }
  return `the drive is back, resilvered (${missed}), and a scrub repaired 0B`;
}

/** The drives: below the one group there is, or, in a stripe, on its level. */
function membersOf({groups}: PoolLayout, {layout}: Pool): readonly {name: string; state: string}[] {
  if (layout === 'stripe') return groups.every(({members}) => members.length === 0) ? groups : [];
  const [group] = groups;
  // raidz-0 of releases before 2.0.
  const isIt = groups.length === 1 && group?.name.replace(/^raidz-/, 'raidz1-') === `${layout}-0`;
  return isIt ? (group?.members ?? []) : [];
}

function notAs(what: string, host: Guest, {name}: Pool, status: ShellResult): CheckFailure {
  return new CheckFailure(`the pool ${name} is not ${what}`, commandDetail(host, status));
}
