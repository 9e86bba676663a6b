/** A machine of a temporary folder: its /proc, /sys and /etc, and programs that answer as the real ones do. */

import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

const roots: string[] = [];
process.once('exit', () => {
  for (const root of roots) rmSync(root, {recursive: true, force: true});
});

export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), 'kbuild-machine-'));

  constructor(files: Readonly<Record<string, string>> = {}) {
    roots.push(this.root);
    for (const [path, text] of Object.entries({...usualFiles, ...files})) this.write(path, text);
    for (const [name, text] of Object.entries(programs)) {
      this.write(`bin/${name}`, `#!/bin/sh\n${text}`);
      chmodSync(this.path(`bin/${name}`), 0o755);
    }
  }

  path(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), {recursive: true});
    writeFileSync(this.path(path), text);
  }

  /** Undefined where there is no such file. */
  read(path: string): string | undefined {
    return existsSync(this.path(path)) ? readFileSync(this.path(path), 'utf8') : undefined;
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: `${this.path('bin')}:${process.env.PATH}`,
      KBUILD_ROOT: this.root,
      FAKE: this.root,
    };
  }

  /** What a script for `sh` writes. */
  run(script: string): string {
    return spawnSync('sh', {input: script, encoding: 'utf8', env: this.environment}).stdout;
  }
}

const usualFiles = {
  '/proc/sys/vm/dirty_ratio': '20\n',
  '/proc/sys/vm/swappiness': '60\n',
  '/proc/sys/net/ipv4/tcp_rmem': '4096\t131072\t6291456\n',
  '/proc/sys/fs/nfs/nlm_tcpport': '0\n',
  '/proc/sys/sunrpc/rdma_slot_table_entries': '128\n',
  '/sys/module/zfs/parameters/zfs_txg_timeout': '5\n',
  '/sys/module/zfs/parameters/zfs_arc_max': '0\n',
  '/sys/module/zfs/parameters/zio_taskq_batch_pct': '80\n',
  '/sys/module/nvme/parameters/io_queue_depth': '1024\n',
  '/proc/spl/kstat/zfs/arcstats': 'name type data\nc_min 4 33554432\nc_max 4 1000000000\n',
  '/proc/fs/nfsd/threads': '16\n',
  '/proc/fs/nfsd/versions': '-2 +3 +4 +4.1 +4.2\n',
  '/proc/mounts': [
    'tank /tank zfs rw,relatime,xattr 0 0',
    'tank/export /tank/export zfs rw,noexec,xattr 0 0',
    '10.0.0.1:/tank /mnt nfs4 rw,vers=4.2,rsize=262144,wsize=262144 0 0',
    'nfsd /proc/fs/nfsd nfsd rw 0 0',
    '',
  ].join('\n'),
  '/etc/nfs.conf': '',
  '/etc/kbuild/qtfs.conf': '# as it comes\nport=12345\nlog_level=WARN\n',
  '/sys/module/qtfs_server/parameters/qtfs_server_vsock_port': '12345\n',
  '/sbin/mount.nfs': '',
  '/boot/config-6.1.0': 'CONFIG_MMU=y\n',
};

/** The state of each is a folder of the machine: properties, and what of them was refused. */
const programs = {
  uname: 'echo 6.1.0\n',
  modinfo: '[ "$2" = ib_ipoib ] && echo "send_queue_size:Number of descriptors (int)"\n',
  rpcinfo: 'echo "   program vers proto   port  service"; echo "    100021    4   tcp  40321  nlockmgr"\n',
  nfsconf: `cat "$FAKE"/etc/nfs.conf.d/*.conf 2>/dev/null | awk -v s="[$2]" -v k="$3=" '
    /^\\[/ { on = $0 == s } on && index($0, k) == 1 { v = substr($0, length(k) + 1) } END { if (v == "") exit 1; print v }'\n`,
  zpool: `case $1 in list) echo tank ;; get) [ "$#" -gt 1 ] || { printf '\\tautotrim  YES  on | off\\n' >&2; exit 2; }
    printf 'tank\\t%s\\n' "$(cat "$FAKE/pool" 2>/dev/null || echo off)" ;; set) echo "\${2#*=}" >"$FAKE/pool" ;; esac\n`,
  zfs: `own=$FAKE/own-value
    case $1 in
    get) [ "$#" -gt 1 ] || { printf '\\trecordsize  YES  YES  512 to 1M\\n\\texec  YES  YES  on | off\\n\\tquota  YES  NO  <size> | none\\n' >&2; exit 2; }
      v=$(cat "$FAKE/data-set" 2>/dev/null || echo 131072)
      case $* in *local*) [ ! -e "$own" ] || printf 'tank/export\\t%s\\n' "$(cat "$own")"; exit ;; *tank/export) ;; *) printf 'tank\\t%s\\n' "$v" ;; esac
      case $* in *' -r '* | *tank/export) printf 'tank/export\\t%s\\n' "$(cat "$own" 2>/dev/null || echo "$v")" ;; esac ;;
    set) [ "\${2#*=}" != 512 ] || { echo "cannot set property: feature is off" >&2; exit 1; }
      [ "$3" = tank ] && echo "\${2#*=}" >"$FAKE/data-set" || echo "\${2#*=}" >"$own" ;; esac\n`,
  qtinfo: `case $1 in -l) echo "$2" >"$FAKE/level" ;; -a) case $(cat "$FAKE/level" 2>/dev/null) in DEBUG) n=4 ;; *) n=2 ;; esac; echo "Log level: $n" ;; esac\n`,
  lctl: `case $1 in list_param) case $2 in osc.*) exit 0 ;; esac; exit 1 ;; dl) ;;
    get_param) v=$(cat "$FAKE/osc" 2>/dev/null || echo 64); echo "osc.a-OST0000.max_dirty_mb=$v"; echo "osc.a-OST0001.max_dirty_mb=$v" ;;
    set_param) echo "\${2#*=}" >"$FAKE/osc" ;; esac\n`,
  ceph: `[ "$1" != --connect-timeout ] || shift 2
    [ ! -e "$FAKE/no-key" ] || [ "$1" = daemon ] || { echo 'no keyring found' >&2; exit 1; }
    case "$1 $2" in
    "config set") echo "$3  advanced  $4  $5" >>"$FAKE/mon" ;;
    "config dump") [ ! -e "$FAKE/mon" ] || cat "$FAKE/mon" ;;
    "osd ls") echo asked >>"$FAKE/osd-ls"; printf '0\\n1\\n' ;;
    "config help") [ "$3" != osd_op_num_shards ] && up=true || up=false; printf '{\\n  "name": "%s",\\n  "can_update_at_runtime": %s\\n}\\n' "$3" "$up" ;;
    *) d=\${2##*/ceph-}; d=\${d%.asok}; case $4 in
      set) if [ "$5" = osd_op_num_shards ]; then
          e="error setting '$5' to '$6': (1) Operation not permitted"
          [ "$1" = daemon ] || { echo "Error EPERM: $e" >&2; exit 1; }
          echo "{ \\"error\\": \\"$e\\" }"; exit
        fi
        [ "$6" != 61 ] || { echo '{ "error": "(22) Invalid argument" }'; exit; }
        echo "    \\"$5\\": \\"$6\\"," >>"$FAKE/$d"
        case $5 in osd_memory_target | osd_heartbeat_grace) false ;; esac && echo '{"success": ""}' || echo "{\\"success\\": \\"$5 = '$6' (not observed, change may require restart) \\"}" ;;
      show) echo '{'; tac "$FAKE/$d" | awk '!seen[$1]++'; echo '}' ;;
      diff) [ ! -e "$FAKE/$d" ] || sed -n 's/^ *\\("[a-z_]*":\\) .*/\\1 {\\n"override": "1",\\n},/p' "$FAKE/$d" ;;
      help) for n in osd_max_backfills osd_memory_target osd_op_num_shards osd_heartbeat_grace; do case $n in osd_op* | osd_heart*) up=false ;; *) up=true ;; esac; printf '    "name": "%s",\\n    "can_update_at_runtime": %s,\\n' $n $up; done ;; esac ;; esac
`,
};
