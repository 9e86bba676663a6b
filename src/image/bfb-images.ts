/** The images that boot streams are known to hold. */

/** Those that a kernel is started with. */
export const bootImageId = {
  capsule: 52,
  description: 57,
  path: 58,
  arguments: 59,
  kernel: 62,
  initramfs: 63,
} as const;

/** Ids and names in the order in which mlx-mkbfb writes them: `image_list`, Mellanox/bfscripts, commit 2c42ba6. */
const known: readonly (readonly [id: number, name: string])[] = [
  [36, 'psc-bl'],
  [37, 'psc-fw'],
  [31, 'bl2r-cert'],
  [30, 'bl2r'],
  [42, 'bl2r-auth-cert'],
  [6, 'bl2-cert'],
  [1, 'bl2'],
  [29, 'sys'],
  [43, 'bl2-auth-cert'],
  [38, 'ddr-cert'],
  [32, 'ddr_ini'],
  [33, 'snps_images'],
  [40, 'ddr5_snps_images'],
  [34, 'ddr_ate_imem'],
  [35, 'ddr_ate_dmem'],
  [8, 'bl30-key-cert'],
  [12, 'bl30-cert'],
  [2, 'bl30'],
  [39, 'psc-app'],
  [53, 'psc-certs'],
  [7, 'trusted-key-cert'],
  [9, 'bl31-key-cert'],
  [13, 'bl31-cert'],
  [3, 'bl31'],
  [10, 'bl32-key-cert'],
  [14, 'bl32-cert'],
  [4, 'bl32'],
  [11, 'bl33-key-cert'],
  [15, 'bl33-cert'],
  [5, 'bl33'],
  [bootImageId.capsule, 'capsule'],
  [55, 'boot-acpi'],
  [56, 'boot-dtb'],
  [bootImageId.description, 'boot-desc'],
  [bootImageId.path, 'boot-path'],
  [bootImageId.arguments, 'boot-args'],
  [60, 'boot-timeout'],
  [61, 'uefi-tests'],
  [41, 'nicfw'],
  [54, 'ramdisk'],
  [49, 'dpu-gi'],
  [48, 'cfg-gi'],
  [50, 'info'],
  [bootImageId.kernel, 'image'],
  [bootImageId.initramfs, 'initramfs'],
  [51, 'upgrade-image'],
];

const rank = new Map(known.map(([id], index) => [id, index]));
const names = new Map(known);

/** Where mlx-mkbfb writes it; -1 for one it does not know, which so is never passed over by a known one. */
export function bootImageRank(id: number): number {
  return rank.get(id) ?? -1;
}

/** mlx-mkbfb's name of it. */
export function bootImageName(id: number): string {
  return names.get(id) ?? 'unknown';
}
