/** The outputs of commands in the machines, read into values. */

export type PoolMember = {readonly name: string; readonly state: string};
export type PoolGroup = PoolMember & {readonly members: readonly PoolMember[]};
export type PoolLayout = {readonly state: string; readonly groups: readonly PoolGroup[]};

/**
 * The tree of `zpool status`: below `config:`, a tab and the pool's name, then two more spaces for each level
 * of groups and their members. Logs, caches and spares stand at the pool's own level, and are groups here.
 */
export function poolLayout(status: string): PoolLayout {
  const config = status.split(/^config:\s*$/m)[1]?.split(/^errors:/m)[0] ?? '';
  const groups: (PoolGroup & {members: PoolMember[]})[] = [];
  let state = '';
  let pool = true;
  for (const line of config.split('\n')) {
    const [, indent = '', name = '', word = ''] = /^\t( *)(\S+)(?: +(\S+))?/.exec(line) ?? [];
    if (name === '' || name === 'NAME') continue;
    if (indent.length >= 4) groups.at(-1)?.members.push({name, state: word});
    else if (pool) state = word;
    else groups.push({name, state: word, members: []});
    pool = false;
  }
  return {state, groups};
}

/** The type and options of the last mount at `target` in /proc/mounts. */
export function mountOptions(
  mounts: string,
  target: string,
): {readonly type: string; readonly options: readonly string[]} | undefined {
  const fields = mounts.split('\n').map((line) => line.split(' '));
  const found = fields.findLast((words) => words[1] === target);
  return found === undefined ? undefined : {type: found[2] ?? '', options: (found[3] ?? '').split(',')};
}

export type RdmaPackets = {readonly sent: number; readonly received: number};

/** The packets of all links in `rdma statistic show`, as Soft-RoCE counts them. */
export function rdmaPackets(statistic: string): RdmaPackets {
  const sum = (name: string): number =>
    [...statistic.matchAll(new RegExp(String.raw`\b${name} (\d+)`, 'g'))].reduce(
      (total, match) => total + Number(match[1]),
      0,
    );
  return {sent: sum('sent_pkts'), received: sum('rcvd_pkts')};
}

export type StripeLayout = {readonly count: number; readonly osts: readonly number[]};

/** `lfs getstripe` of a plain file: its stripe count, and the indexes of its objects' OSTs in the order of stripes. */
export function stripeLayout(shown: string): StripeLayout {
  const count = Number(/^lmm_stripe_count:\s+(\d+)/m.exec(shown)?.[1] ?? 0);
  const [, objects = ''] = shown.split(/^\s*obdidx\s.*$/m);
  return {count, osts: [...objects.matchAll(/^\s+(\d+)\s/gm)].map(([, index]) => Number(index))};
}

/** Looks up TCP ports by the name and version of a program in `rpcinfo -p`. */
export function rpcPorts(table: string): (program: string, version: number) => number | undefined {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return (program, version) => {
    const row = rows.find(
      ([, of, proto, , name]) => name === program && of === String(version) && proto === 'tcp',
    );
    return row === undefined ? undefined : Number(row[3]);
  };
}

/** The values of the one row of a table of perftest, by the names of their columns: `BW average[MB/sec]`. */
export function perftestRow(output: string): Readonly<Record<string, number>> {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => /^\s*#bytes\s/.test(line));
  const names = lines[at]?.trim().split(/\s+(?=#|BW |MsgRate|t_|99)/) ?? [];
  const values = lines[at + 1]?.trim().split(/\s+/).map(Number) ?? [];
  return at < 0 || values.length < names.length || values.some(Number.isNaN)
    ? {}
    : Object.fromEntries(names.map((name, index) => [name, values[index]!]));
}
