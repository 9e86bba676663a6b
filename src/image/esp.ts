/** The EFI system partition: FAT32 (UEFI 2.10 §13.3) with systemd-boot and one unified kernel image. */

import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {architectureFacts, efiDirectory} from './architecture.ts';
import type {ImageSpec} from './spec.ts';
import {type Bench, runTool, shellArgv} from './tool.ts';

export const mebibyte = 1 << 20;

/** FAT32 needs 65525 clusters; this many bytes have them with room to spare. */
const leastBytes = 64 * mebibyte;
/** For both FATs, directories, systemd-boot twice, and a second kernel beside the first while one is updated. */
const spareBytes = 8 * mebibyte;

/** Gives the partition's length for a UKI of this length: twice that, whole MiB. */
export function espBytes(uki: number): number {
  return Math.max(leastBytes, Math.ceil((2 * uki + spareBytes) / mebibyte) * mebibyte);
}

/** loader.conf(5). No menu to wait for, and no command line to be changed by who stands at the console. */
const loaderConf = 'timeout 0\neditor no\n';

/**
 * Directories and files are made in the order of the arguments, and mtools takes SOURCE_DATE_EPOCH for its
 * clock, so the same files give the same bytes.
 */
const makeScript = `set -euo pipefail
image=$1 volume=$2 bytes=$3 hidden=$4
shift 4
export MTOOLS_SKIP_CHECK=1
rm -f "$image"
truncate -s "$bytes" "$image"
mkfs.vfat --invariant -F 32 -i "$volume" -n ESP -h "$hidden" "$image" >/dev/null
mmd -i "$image" ::/EFI ::/EFI/BOOT ::/EFI/Linux ::/EFI/systemd ::/loader
while [ $# -gt 0 ]; do
  mcopy -i "$image" "$1" "::$2"
  shift 2
done
`;

export type EspPlan = {
  /** In the container. */
  readonly output: string;
  readonly uki: string;
  readonly bytes: number;
  /** Sectors of the disk before the partition. */
  readonly firstSector: number;
  readonly volumeId: string;
};

/** Makes the file system with the architecture's systemd-boot. */
export async function makeEsp(bench: Bench, spec: ImageSpec, plan: EspPlan): Promise<void> {
  await writeFile(join(bench.workDir, 'loader.conf'), loaderConf);
  const {bootFile, systemdBoot} = architectureFacts[spec.architecture];
  const loader = `${bench.bootRoot}${efiDirectory}/${systemdBoot}`;
  const files = [
    [loader, `/EFI/BOOT/${bootFile}`],
    [loader, `/EFI/systemd/${systemdBoot}`],
    ['/build/loader.conf', '/loader/loader.conf'],
    [plan.uki, `/EFI/Linux/${spec.recipe}-${spec.kernel.release}.efi`],
  ];
  const numbers = [plan.volumeId, String(plan.bytes), String(plan.firstSector)];
  await runTool(bench, 'making the EFI system partition', {
    argv: shellArgv([plan.output, ...numbers, ...files.flat()]),
    input: makeScript,
  });
}
