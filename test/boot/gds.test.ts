import test from 'ava';
import type {CheckResult} from '../../src/boot/report.ts';
import {type Guest, runChecks} from '../../src/boot/scenario.ts';
import {gds} from '../../src/boot/scenarios/gds.ts';

/** What may be otherwise on the machine. */
type World = {
  readonly release: string;
  /** What the kernel does not have. */
  readonly without: readonly string[];
  readonly commandLine: string;
  readonly iommu: string;
  readonly acs: string;
  readonly multipath: string;
  /** Modules that were built. */
  readonly modules: readonly string[];
  readonly gpu: boolean;
  readonly data: string;
  /** What a drive reads into the memory of another one. */
  readonly peer: string;
};

const right: World = {
  release: '6.1.192',
  without: [],
  commandLine: 'root=LABEL=x iommu=off nvme_core.multipath=N',
  iommu: '',
  acs: 'SrcValid- TransBlk- ReqRedir-',
  multipath: 'N',
  modules: ['nvidia', 'nvidia_fs'],
  gpu: false,
  data: 'ordered',
  peer: 'feed  -\n',
};
const newer: World = {...right, release: '6.12.117'};

const done = '';
type Answer = string | {readonly status: number; readonly output: string};

const always = ['BLK_DEV_NVME', 'DMA_SHARED_BUFFER', 'EXT4_FS', 'XFS_FS', 'SUNRPC_XPRT_RDMA', 'NVME_RDMA'];
const forPeers = [
  'PCI_P2PDMA',
  'ZONE_DEVICE',
  'MEMORY_HOTPLUG',
  'MEMORY_HOTREMOVE',
  'SPARSEMEM_VMEMMAP',
  'KALLSYMS_ALL',
];
const symbols = [...always, ...forPeers];
const noGpu = 'NVRM: No NVIDIA GPU found.\n';

/** nvidia-fs of CUDA 12 is linked with nvidia; that of 11 finds it when it is used. */
function modprobe(world: World, module: string): Answer {
  if (!world.modules.includes(module))
    return {status: 1, output: `modprobe: FATAL: Module ${module} not found in directory\n`};
  const isLinked = world.release.startsWith('6.12');
  if (module === 'nvidia_fs' && (!isLinked || world.gpu))
    return 'nvidia_fs: registered correctly with major number 241\n';
  if (world.gpu) return 'NVRM: loading\n';
  const refused = `modprobe: ERROR: could not insert '${module}': No such device\n`;
  return {status: 1, output: `${refused}${noGpu}`};
}

/** The machine as it answers the scenario's commands; an unknown one fails the test by its status. */
function machine(world: World): Guest {
  const on = symbols.filter((symbol) => !world.without.includes(symbol));
  // Content by path: checks that run side by side must not share one.
  const files = new Map<string, string>();
  const put = (path: string, content: string | undefined): Answer => {
    if (content === undefined) return {status: 1, output: 'No such file or directory\n'};
    files.set(path, content);
    return done;
  };
  const compare = (one: string, other: string, gone: string): Answer => {
    const same = files.has(one) && files.get(one) === files.get(other);
    for (const path of gone.split(' ')) files.delete(path);
    return same ? done : {status: 1, output: `${one} ${other} differ\n`};
  };
  const answers: readonly (readonly [RegExp, (...groups: string[]) => Answer])[] = [
    [/^uname -r/, () => `${world.release}\n`],
    [/^gzip -dc .*sha256sum/, () => 'abc  -\n'],
    [/^gzip -dc .*grep/, () => on.map((symbol) => `CONFIG_${symbol}=y\n`).join('')],
    [/list-units --failed/, () => done],
    [/^cat \/proc\/cmdline/, () => `${world.commandLine}\n`],
    [/^ls \/sys\/class\/iommu/, () => world.iommu],
    [/^lspci -vvv/, () => `00:01.0 PCI bridge\n\t\tACSCtl:\t${world.acs}\n`],
    [/nvme_core\/parameters\/multipath/, () => `${world.multipath}\n`],
    [/dma_buf\/bufinfo/, () => '\nDma-buf Objects:\nsize\n'],
    [
      /^modinfo -F version (\w+)/,
      (module) =>
        world.modules.includes(module!)
          ? '2.13.5\n'
          : {status: 1, output: `modinfo: ERROR: Module ${module} not found.\n`},
    ],
    [/^modinfo -F depends/, () => (world.release.startsWith('6.12') ? 'nvidia\n' : '\n')],
    [/^grep -q dma_buf_export/, () => done],
    [/^dmesg --clear/, () => done],
    [/^modprobe (\w+)/, (module) => modprobe(world, module!)],
    [/^cat \/proc\/driver\/nvidia-fs\/version/, () => 'version: 2.13.5\n'],
    [
      /^cat \/dev\/nvidia-fs0/,
      () => ({status: 1, output: 'cat: /dev/nvidia-fs0: Operation not supported\n'}),
    ],
    [/^dmesg --notime \| grep/, () => 'nvidia-fs: Could not load nvidia_p2p* symbols\n'],
    [/^mkfs\.|^mount -t/, () => done],
    [/^head -c \d+ \/dev\/urandom >(\S+)/, (to) => put(to!, `random ${files.size}`)],
    [/^dd if=(\S+) of=(\S+)/, (from, to) => put(to!, files.get(from!))],
    [/^cmp (\S+) (\S+) && rm (.*)/, (one, other, gone) => compare(one!, other!, gone!)],
    [/^cat \/proc\/mounts/, () => '/dev/nvme0n1 /srv/ext4 ext4 rw 0 0\n/dev/nvme1n1 /srv/xfs xfs rw 0 0\n'],
    [/^cat \/proc\/fs\/ext4/, () => `rw\ndata=${world.data}\n`],
    [
      /^grep -w p2pdma_pgmap_ops/,
      () => (world.without.includes('KALLSYMS_ALL') ? {status: 1, output: ''} : 'd\n'),
    ],
    [/p2pmem\/allocate$/, () => '/sys/bus/pci/devices/0000:03:00.0/p2pmem/allocate\n'],
    [/^head -c \d+ \S+ \| sha256sum/, () => 'feed  -\n'],
    [/perl -e/, () => world.peer],
  ];
  return {
    spec: {
      name: 'host',
      role: 'host',
      boot: {kind: 'direct', direct: {kernel: '/none', append: ''}},
      memoryMiB: 1,
      cpus: 1,
      drives: [],
      address: '10.77.0.1',
      expected: {release: world.release, configSha256: 'abc'},
    },
    start: async () => undefined,
    cutPower: async () => undefined,
    pullDrive: async () => undefined,
    untilUp: async () => 'running',
    lastConsoleLines: () => [],
    run: async (command) => {
      for (const [pattern, answer] of answers) {
        const [matched, ...groups] = pattern.exec(command) ?? [];
        if (matched === undefined) continue;
        const given = answer(...groups);
        return {command, ...(typeof given === 'string' ? {status: 0, output: given} : given)};
      }
      return {command, status: 127, output: `${command}: not found\n`};
    },
  };
}

async function results(world: World): Promise<readonly CheckResult[]> {
  const host = machine(world);
  return runChecks(gds.checks(), () => host, new AbortController().signal);
}

async function failed(world: World): Promise<readonly string[]> {
  return (await results(world)).filter(({outcome}) => outcome === 'failed').map(({name}) => name);
}

test('every check passes where all is right, by nvidia-fs as by PCI P2PDMA', async (t) => {
  for (const world of [right, newer]) {
    const all = await results(world);
    t.deepEqual(
      all.filter(({outcome}) => outcome !== 'passed').map(({name, evidence}) => `${name}: ${evidence}`),
      [],
    );
  }
});

test('a kernel older than 6.2 is not asked for PCI P2PDMA, and that is said', async (t) => {
  const older = await results({...right, without: forPeers});
  t.is(older.at(-1)?.evidence, 'not on 6.1.192: PCI P2PDMA is for kernels from 6.2 on');
  t.true(older.every(({outcome}) => outcome === 'passed'));
});

const peers = 'a drive reads a file into the memory of another device';

test('without KALLSYMS_ALL, the symbols and what NVIDIA looks for fail', async (t) => {
  t.deepEqual(await failed({...newer, without: ['KALLSYMS_ALL']}), [
    'the kernel has the symbols it asks for',
    peers,
  ]);
});

test('each condition has a check that tells of it alone', async (t) => {
  const cases: readonly (readonly [Partial<World>, string])[] = [
    [{without: ['XFS_FS']}, 'the kernel has the symbols it asks for'],
    [{commandLine: 'root=LABEL=x'}, 'no IOMMU is between devices'],
    [{iommu: 'dmar0\n'}, 'no IOMMU is between devices'],
    [{acs: 'SrcValid+ TransBlk-'}, 'no bridge redirects what devices send one another'],
    [{multipath: 'Y'}, 'NVMe drives are used without multi-path'],
    [{modules: ['nvidia']}, 'nvidia-fs loads, or refuses for want of the GPU driver'],
    [{modules: ['nvidia_fs']}, 'the GPU driver fits the kernel, and says that there is no GPU'],
    [{gpu: true}, 'the GPU driver fits the kernel, and says that there is no GPU'],
    [{data: 'writeback'}, 'ext4 on an NVMe drive takes direct writes and reads'],
    [{release: '6.12.117', peer: 'dead  -\n'}, peers],
  ];
  for (const [change, name] of cases) t.deepEqual(await failed({...right, ...change}), [name], name);
});
