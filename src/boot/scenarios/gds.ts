/**
 * GPUDirect Storage as far as a machine without a GPU can show it: the kernel has what it asks for, its modules load or
 * refuse as they say they do, and drives with the file systems it is for reach memory that is not the machine's own.
 */

import {compareReleases} from '../../recipe/condition.ts';
import {type Check, CheckFailure, commandDetail, type Guest, type Scenario, succeed} from '../scenario.ts';
import {comesUp, kernelIsTheBuiltOne, noUnitFailed} from './machines.ts';
import {mountOptions} from './outputs.ts';
import {parametersExist} from './tunables.ts';

const role = 'host';
const mebibyte = 1024 * 1024;
const contentMiB = 16;
/** Read at once into the memory of another drive's controller. */
const peerMiB = 2;
/** The kernel from which NVIDIA's libraries go by PCI P2PDMA. */
const peerToPeerFrom = '6.2';
/** The open driver from which they do. */
const peerToPeerDriver = '565.47';

export const gds: Scenario = {
  name: 'gds',
  summary:
    'a host has what GPUDirect Storage asks of kernel, drives and modules, as far as it shows without a GPU',
  roles: [role],
  drives: {
    [role]: [
      {sizeMiB: 1024, kind: 'nvme', memoryMiB: 8, switched: true},
      {sizeMiB: 1024, kind: 'nvme', switched: true},
    ],
  },
  links: [],
  network: 'one private Ethernet network; both drives below one PCIe switch',
  checks: () => [
    comesUp(role),
    noUnitFailed([role]),
    kernelIsTheBuiltOne([role]),
    parametersExist([role]),
    symbolsAreSet,
    addressesAreNotTranslated,
    requestsAreNotRedirected,
    drivesHaveOnePath,
    memoryIsShared,
    driverRefuses,
    nvidiaFsLoads,
    mounted('ext4', '/dev/nvme0n1', 'mkfs.ext4 -q -F', 'data=ordered'),
    mounted('xfs', '/dev/nvme1n1', 'mkfs.xfs -q -f', ''),
    peersReachOneAnother,
  ],
};

function check(id: string, name: string, show: (host: Guest) => Promise<string>, needs = ''): Check {
  return {
    id,
    name,
    needs: [`${role}-up`, ...needs.split(' ').filter(Boolean)],
    concerns: {[role]: []},
    show: (guest) => show(guest(role)),
  };
}

function goesPeerToPeer({spec}: Guest): boolean {
  return compareReleases(spec.expected.release, peerToPeerFrom) >= 0;
}

const always = ['BLK_DEV_NVME', 'DMA_SHARED_BUFFER', 'EXT4_FS', 'XFS_FS', 'SUNRPC_XPRT_RDMA', 'NVME_RDMA'];
const forPeerToPeer = [
  'PCI_P2PDMA',
  'ZONE_DEVICE',
  'MEMORY_HOTPLUG',
  'MEMORY_HOTREMOVE',
  'SPARSEMEM_VMEMMAP',
  'KALLSYMS_ALL',
];

const symbolsAreSet = check('symbols', 'the kernel has the symbols it asks for', async (host) => {
  const wanted = [...always, ...(goesPeerToPeer(host) ? forPeerToPeer : [])];
  const config = await succeed(host, 'gzip -dc </proc/config.gz | grep "=[ym]$"');
  const set = new Set(config.split('\n').map((line) => line.replace(/=[ym]$/, '')));
  const missing = wanted.filter((symbol) => !set.has(`CONFIG_${symbol}`));
  if (missing.length > 0) throw new CheckFailure(`/proc/config.gz has no ${missing.join(', ')}`);
  return wanted.join(', ');
});

const addressesAreNotTranslated = check('iommu', 'no IOMMU is between devices', async (host) => {
  const line = await succeed(host, 'cat /proc/cmdline');
  const units = (await succeed(host, 'ls /sys/class/iommu 2>/dev/null || true')).trim();
  if (!line.trim().split(/\s+/).includes('iommu=off'))
    throw new CheckFailure(`iommu=off is not on the command line: ${line.trim()}`);
  if (units !== '') throw new CheckFailure(`there is an IOMMU in use: ${units}`);
  return 'iommu=off on the command line, none in /sys/class/iommu';
});

const requestsAreNotRedirected = check(
  'acs',
  'no bridge redirects what devices send one another',
  async (host) => {
    const list = await host.run('lspci -vvv');
    const controls = [...list.output.matchAll(/^\s*ACSCtl:(.*)$/gm)].map(([, flags]) => flags!);
    if (list.status !== 0 || controls.some((flags) => flags.includes('+'))) {
      throw new CheckFailure(
        'a bridge has access control services (ACS) switched on',
        commandDetail(host, list),
      );
    }
    return controls.length === 0
      ? 'no bridge has ACS'
      : `ACS is off on each of ${controls.length} bridges that have it`;
  },
);

const drivesHaveOnePath = check('multipath', 'NVMe drives are used without multi-path', async (host) => {
  const parameter = '/sys/module/nvme_core/parameters/multipath';
  const found = (await succeed(host, `cat ${parameter} 2>/dev/null || echo N`)).trim();
  if (found !== 'N') throw new CheckFailure(`nvme_core.multipath is ${found}, not N`);
  return 'nvme_core.multipath is N';
});

const memoryIsShared = check('dma-buf', 'memory is shared as DMA-BUF', async (host) => {
  const [title = ''] = (await succeed(host, 'cat /sys/kernel/debug/dma_buf/bufinfo')).trim().split('\n');
  return `${title.replace(/:$/, '')} in debugfs`;
});

/** What `modprobe` says, and the last lines the kernel wrote while it ran. */
async function load(host: Guest, module: string): Promise<{readonly status: number; readonly said: string}> {
  await succeed(host, 'dmesg --clear');
  const result = await host.run(
    `modprobe ${module} 2>&1; status=$?; dmesg --notime | tail -n 20; (exit $status)`,
    {timeoutMs: 120_000},
  );
  return {status: result.status, said: result.output};
}

/** nvidia_init_module, nvidia/nv.c of NVIDIA's open kernel modules. */
const noGpu = 'NVRM: No NVIDIA GPU found.';

const driverRefuses = check(
  'driver',
  'the GPU driver fits the kernel, and says that there is no GPU',
  async (host) => {
    const version = (await succeed(host, 'modinfo -F version nvidia')).trim();
    await succeed(host, 'grep -q dma_buf_export $(modinfo -n nvidia)');
    const {status, said} = await load(host, 'nvidia');
    // ENODEV
    const refuses =
      status !== 0 && /could not insert 'nvidia': No such device/.test(said) && said.includes(noGpu);
    if (!refuses) {
      throw new CheckFailure(`modprobe nvidia ended with ${status}, without "${noGpu}"`, {
        title: `${host.spec.name}# modprobe nvidia; dmesg`,
        text: said,
      });
    }
    return `${version}, which shares memory as DMA-BUF: "${noGpu}", No such device`;
  },
);

const nvidiaFsLoads = check(
  'nvidia-fs',
  'nvidia-fs loads, or refuses for want of the GPU driver',
  async (host) => {
    const version = (await succeed(host, 'modinfo -F version nvidia_fs')).trim();
    const depends = (await succeed(host, 'modinfo -F depends nvidia_fs')).trim().split(',');
    const {status, said} = await load(host, 'nvidia_fs');
    const failed = (what: string): CheckFailure =>
      new CheckFailure(what, {title: `${host.spec.name}# modprobe nvidia_fs; dmesg`, text: said});
    if (depends.includes('nvidia')) {
      if (status !== 0 && said.includes(noGpu)) return `${version} needs nvidia, which says "${noGpu}"`;
      throw failed('nvidia-fs needs nvidia, and did not refuse without it');
    }
    if (status !== 0 || !/nvidia_fs: registered correctly with major number \d+/.test(said))
      throw failed('nvidia-fs did not register');
    const shown = (await succeed(host, 'cat /proc/driver/nvidia-fs/version')).trim().replaceAll('\n', ', ');
    // nvfs_open, nvfs-core.c: EOPNOTSUPP.
    const opened = await host.run('cat /dev/nvidia-fs0');
    const messages = await succeed(host, 'dmesg --notime | grep nvidia_p2p');
    const refuses = opened.status !== 0 && opened.output.includes('Operation not supported');
    if (!refuses || !messages.includes('Could not load nvidia_p2p* symbols'))
      throw new CheckFailure('/dev/nvidia-fs0 opened without the GPU driver', commandDetail(host, opened));
    return `${shown}; /dev/nvidia-fs0: "Could not load nvidia_p2p* symbols", Operation not supported`;
  },
  'driver',
);

/** A file system that it is for, on a drive of its own; `option` is what it has to be mounted with. */
function mounted(type: string, drive: string, make: string, option: string): Check {
  const at = `/srv/${type}`;
  return check(type, `${type} on an NVMe drive takes direct writes and reads`, async (host) => {
    await succeed(host, `${make} ${drive} && mkdir -p ${at}`, 300_000);
    await succeed(host, `mount -t ${type} ${option === '' ? '' : `-o ${option} `}${drive} ${at}`);
    const options = mountOptions(await succeed(host, 'cat /proc/mounts'), at);
    // What is the default is not in /proc/mounts.
    const all =
      type === 'ext4' ? await succeed(host, `cat /proc/fs/ext4/${drive.slice('/dev/'.length)}/options`) : '';
    if (options?.type !== type || !all.includes(option))
      throw new CheckFailure(`${drive} is not mounted as ${type} ${option}`);
    // The other file system is tried at the same time.
    const [content, back] = [`/run/${type}-content`, `/run/${type}-back`];
    await succeed(host, `head -c ${contentMiB * mebibyte} /dev/urandom >${content}`);
    const copy = (from: string, to: string, flag: string) =>
      succeed(host, `dd if=${from} of=${to} bs=1M ${flag}=direct conv=fsync status=none`, 300_000);
    await copy(content, `${at}/content`, 'oflag');
    await copy(`${at}/content`, back, 'iflag');
    await succeed(host, `cmp ${content} ${back} && rm ${content} ${back}`);
    return `${contentMiB} MiB by O_DIRECT${option === '' ? '' : `, ${option}`}`;
  });
}

/**
 * Reads a file by O_DIRECT into memory of a PCI device, which sysfs lends to programs since 6.2, and writes what is there
 * then to standard output. The calls are those of x86_64: mmap(2), read(2), write(2).
 */
const readIntoPeer = `
my ($memory, $file, $bytes) = @ARGV; $bytes += 0;
sysopen(M, $memory, 2) or die "$memory: $!\\n";
my $at = syscall(9, 0, $bytes, 3, 1, fileno(M), 0); die "mmap: $!\\n" if $at == -1;
sysopen(F, $file, 0x4000) or die "$file: $!\\n";
my $read = syscall(0, fileno(F), $at, $bytes); die "read $read: $!\\n" if $read != $bytes;
syscall(1, 1, $at, $bytes) == $bytes or die "write: $!\\n";
`
  .trim()
  .replaceAll('\n', ' ');

const peersReachOneAnother = check(
  'p2pdma',
  'a drive reads a file into the memory of another device',
  async (host) => {
    if (!goesPeerToPeer(host))
      return `not on ${host.spec.expected.release}: PCI P2PDMA is for kernels from ${peerToPeerFrom} on`;
    // What NVIDIA's guide looks for; a data symbol, that only KALLSYMS_ALL shows.
    const symbol = await host.run('grep -w p2pdma_pgmap_ops /proc/kallsyms');
    if (symbol.status !== 0)
      throw new CheckFailure('p2pdma_pgmap_ops is not in /proc/kallsyms', commandDetail(host, symbol));
    const memory = (await succeed(host, 'ls /sys/bus/pci/devices/*/p2pmem/allocate')).trim();
    const bytes = peerMiB * mebibyte;
    const read: string[] = [];
    for (const type of ['ext4', 'xfs']) {
      const file = `/srv/${type}/content`;
      const own = await succeed(host, `head -c ${bytes} ${file} | sha256sum`);
      const there = await host.run(
        `perl -e '${readIntoPeer}' ${memory} ${file} ${bytes} >/run/peer && sha256sum </run/peer`,
        {timeoutMs: 300_000},
      );
      if (there.status !== 0 || there.output !== own)
        throw new CheckFailure(`a file of ${type} did not come into ${memory}`, commandDetail(host, there));
      read.push(type);
    }
    const driver = (await succeed(host, 'modinfo -F version nvidia')).trim();
    const enough = compareReleases(driver, peerToPeerDriver) >= 0;
    return `${peerMiB} MiB each of ${read.join(' and ')} by O_DIRECT into ${memory.split('/')[5]}; the driver is ${driver}${enough ? '' : `, for GPUs from ${peerToPeerDriver} on`}`;
  },
  'ext4 xfs',
);
