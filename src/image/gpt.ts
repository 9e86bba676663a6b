/** The partition table: GPT with its protective MBR (UEFI 2.10 §5.2, §5.3), written by sfdisk. */

export const sectorBytes = 512;

export type GptPartition = {
  readonly name: string;
  readonly type: string;
  readonly partUuid: string;
  /** Bytes from the start of the disk; whole sectors. */
  readonly offset: number;
  readonly bytes: number;
};

export const espType = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';

/** The first partition starts here, and the backup table has as much after the last one. */
export const alignmentBytes = 1 << 20;

/** Input of sfdisk(8). Throws RangeError for a partition that does not lie on whole sectors. */
export function sfdiskScript(diskUuid: string, partitions: readonly GptPartition[]): string {
  const lines = partitions.map(
    ({name, type, partUuid, offset, bytes}) =>
      `start=${sectors(offset)}, size=${sectors(bytes)}, type=${type}, uuid=${partUuid}, name="${name}"`,
  );
  return ['label: gpt', `label-id: ${diskUuid}`, 'unit: sectors', '', ...lines, ''].join('\n');
}

export function sectors(bytes: number): number {
  if (bytes % sectorBytes !== 0) throw new RangeError(`${bytes} bytes are not whole sectors`);
  return bytes / sectorBytes;
}
