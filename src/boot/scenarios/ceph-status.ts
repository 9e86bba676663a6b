/** What `ceph status` says, read into values. */

export type ClusterStatus = {
  /** `HEALTH_OK`, `HEALTH_WARN` or `HEALTH_ERR`, and the codes of what is not as it should be. */
  readonly health: string;
  readonly complaints: readonly string[];
  readonly osds: {readonly all: number; readonly up: number; readonly in: number};
  /** Whether a manager is active: without one, placement groups are not counted. */
  readonly isManaged: boolean;
  readonly groups: {readonly all: number; readonly byState: Readonly<Record<string, number>>};
  /** Copies of objects that are missing. */
  readonly degraded: number;
  /** The states of the metadata servers that have a rank: `up:active`. */
  readonly metadataServers: readonly string[];
};

type Written = {
  health?: {status?: string; checks?: Record<string, unknown>};
  osdmap?: {num_osds?: number; num_up_osds?: number; num_in_osds?: number};
  mgrmap?: {available?: boolean};
  pgmap?: {
    num_pgs?: number;
    pgs_by_state?: readonly {state_name: string; count: number}[];
    degraded_objects?: number;
  };
  fsmap?: {by_rank?: readonly {status: string}[]};
};

/** Reads `ceph status --format json` of Ceph 16; undefined where it is none, as of a cluster that does not answer. */
export function clusterStatus(output: string): ClusterStatus | undefined {
  let written: Written;
  try {
    written = JSON.parse(output) as Written;
  } catch {
    return undefined;
  }
  const {health, osdmap, mgrmap, pgmap, fsmap} = written;
  return {
    health: health?.status ?? '',
    complaints: Object.keys(health?.checks ?? {}),
    osds: {all: osdmap?.num_osds ?? 0, up: osdmap?.num_up_osds ?? 0, in: osdmap?.num_in_osds ?? 0},
    isManaged: mgrmap?.available === true,
    groups: {
      all: pgmap?.num_pgs ?? 0,
      byState: Object.fromEntries(
        (pgmap?.pgs_by_state ?? []).map(({state_name: state, count}) => [state, count]),
      ),
    },
    degraded: pgmap?.degraded_objects ?? 0,
    metadataServers: (fsmap?.by_rank ?? []).map(({status}) => status),
  };
}

/** Every placement group of the cluster has all its copies, and a manager has counted them. */
export function isClean({isManaged, groups}: ClusterStatus): boolean {
  // Scrubbing only compares the copies.
  const clean = Object.entries(groups.byState).filter(([state]) =>
    /^active\+clean(\+scrubbing.*)?$/.test(state),
  );
  const count = clean.reduce((sum, [, some]) => sum + some, 0);
  return isManaged && groups.all > 0 && count === groups.all;
}
