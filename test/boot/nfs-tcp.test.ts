import test from 'ava';
import {nfsTcp} from '../../src/boot/scenarios/nfs-tcp.ts';
import {type Answer, type Answers, machines, outcome} from './machines.ts';

/** What may be wrong with the two machines. */
type World = {
  readonly rpcbind: boolean;
  /** Versions of NFS that the client can mount. */
  readonly versions: readonly string[];
  /** Who the client's root is on the host. */
  readonly root: string;
  /** Whether mountd looks at who asks. */
  readonly minds: boolean;
  /** Whether the host holds locks of NFS 3. */
  readonly locks: boolean;
};

const right: World = {rpcbind: true, versions: ['3', '4.2'], root: '65534:65534', minds: true, locks: true};

const done = '';
const refused = {status: 1, output: 'Permission denied\n'};
const none = {status: 1, output: ''};
const ports = `   program vers proto   port  service
    100003    3   tcp   2049  nfs
    100005    3   udp  41000  mountd
    100005    3   tcp  41001  mountd
    100021    4   tcp  41002  nlockmgr
`;

function world({rpcbind, versions, root, minds, locks}: World) {
  /** Addresses that the host exports to, the one that the client asks from, and what it has mounted. */
  let exported: string[] = [];
  let from = '10.77.0.2';
  const mounted = new Set<string>();
  const isNamed = (): boolean => !minds || exported.includes(from);
  const seen = (value: string): Answer => (isNamed() ? value : {status: 1, output: 'Stale file handle\n'});
  const change = (next: () => void) => (): Answer => {
    next();
    return done;
  };
  const mount = (version: string): Answer => {
    if (!versions.includes(version)) return {status: 32, output: 'mount.nfs: Protocol not supported\n'};
    if (!isNamed()) return {status: 32, output: 'mount.nfs: access denied by server while mounting\n'};
    mounted.add(version);
    return done;
  };
  const host: Answers = [
    [
      /^echo '\S+ ([\d.]+)\(.*exportfs -r/,
      (to) => {
        exported = [to!];
        return done;
      },
    ],
    [
      /^exportfs -v/,
      () => `/srv/nfs \t${exported[0]}(sync,wdelay,hide,rw,fsid=1,root_squash,no_subtree_check)\n`,
    ],
    [/^exportfs -u/, change(() => exported.splice(0))],
    [/^exportfs -o \S+ ([\d.]+):/, (to) => change(() => exported.push(to!))()],
    [/^timeout 150/, () => (locks ? '1: POSIX  ADVISORY  WRITE 0 00:1a:77 0 EOF\n' : none)],
    [/^timeout 60 sh -c "while/, done],
    [/^stat -c %u:%g \S+root-/, `${root}\n`],
    [/^stat -c %u:%g/, '1500:1500\n'],
    [/^stat -c %i/, '77\n'],
    [/^(install|chown|sync|cat \/proc\/locks)/, done],
    [/^journalctl/, 'refused mount request from 10.77.0.112\n'],
    [/^sha256sum/, 'feed  -\n'],
  ];
  const client: Answers = [
    [/^rpcinfo/, () => (rpcbind ? ports : {status: 1, output: 'rpcinfo: can’t contact rpcbind\n'})],
    [/^showmount/, () => `/srv/nfs ${exported[0]}\n`],
    [/mount -t nfs -o vers=([\d.]+)/, (version) => mount(version!)],
    [
      /^cat \/proc\/mounts/,
      () =>
        [...mounted]
          .map((version) => `x /mnt/v${version[0]} nfs rw,vers=${version},proto=tcp,mountproto=tcp 0 0\n`)
          .join(''),
    ],
    [/^(timeout 60 )?sha256sum \/mnt/, () => seen('feed  -\n')],
    [/^sha256sum/, 'feed  -\n'],
    [/private\/file/, () => (root === '65534:65534' ? refused : 'secret\n')],
    [/reuid 1501/, refused],
    [/reuid 1500 .*stat/, '1500:1500\n'],
    [/src 10.77.0.112/, change(() => (from = '10.77.0.112'))],
    [/route del/, change(() => (from = '10.77.0.2'))],
    [/umount|reuid 1500|^echo root|flock|pkill|^head|^dd|^sync|^cat \/run\/kbuild-lock/, done],
  ];
  return outcome(nfsTcp, machines({host, client}));
}

test('every check passes where all is right', async (t) => {
  t.deepEqual(await world(right), {failed: [], said: [], notRun: 0});
});

test('a host without rpcbind fails there, and nothing of it is tried', async (t) => {
  const {failed, said, notRun} = await world({...right, rpcbind: false});
  t.deepEqual(failed, ['rpcbind on the host tells the client the ports of NFS 3, mountd and lockd']);
  t.regex(said[0]!, /nfs, mountd, nlockmgr/);
  t.true(notRun > 8);
});

test('a client that cannot do NFS 4.2 fails to mount by it, and by NFS 3 goes on', async (t) => {
  const {failed, said} = await world({...right, versions: ['3']});
  t.deepEqual(failed, ['the client mounts it by NFS 4.2 over TCP']);
  t.regex(said[0]!, /Protocol not supported/);
});

test('a root that is not squashed is seen', async (t) => {
  const {failed, said} = await world({...right, root: '0:0'});
  t.deepEqual(failed, ["root of the client is nobody, and is kept from a user's directory"]);
  t.regex(said[0]!, /belongs to 0:0/);
});

test('a host that lets in whoever asks is seen', async (t) => {
  t.deepEqual((await world({...right, minds: false})).failed, [
    'the export is taken back while it is mounted, and given again',
  ]);
});

test('a lock that does not come to the host is seen', async (t) => {
  t.deepEqual((await world({...right, locks: false})).failed, [
    'a lock that the client takes by NFS 3 is held on the host',
  ]);
});
