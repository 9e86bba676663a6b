/** An image of a DPU and a vendor's base, without any of the tools that make images. */

import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {type Entry, Store, type Workshop} from '../../src/base/store.ts';
import type {ImageValue} from '../../src/image/spec.ts';
import {temporaryDirectory} from './temporary.ts';
import {vendorBase} from './vendor-base.ts';

export const payload = {
  kernel: Buffer.from('MZ kernel'),
  initramfs: Buffer.from('initramfs'),
  commandLine: 'ro root=PARTUUID=1',
  description: 'qtfs dpu, Linux 6.1.192',
};

/** The image has the payload's kernel and initramfs; `files.base` is the vendor's. */
export async function dpuImage(t: ExecutionContext): Promise<{
  readonly dir: string;
  readonly files: {readonly base: string};
  readonly workshop: Workshop;
  readonly image: Entry<ImageValue>;
}> {
  const dir = await temporaryDirectory(t);
  const workshop: Workshop = {
    store: new Store(join(dir, 'store')),
    report: () => undefined,
    signal: new AbortController().signal,
    logDir: dir,
  };
  const files = {base: join(dir, 'default.bfb')};
  await writeFile(files.base, vendorBase);
  await mkdir(join(dir, 'image'));
  await writeFile(join(dir, 'image/dpu.vmlinuz'), payload.kernel);
  await writeFile(join(dir, 'image/dpu.initramfs'), payload.initramfs);
  const file = (name: string, sha256: string) => ({name, bytes: 0, sha256});
  const value: ImageValue = {
    role: 'dpu',
    release: '6.1.192',
    disk: file('dpu.img', 'd'),
    kernel: file('dpu.vmlinuz', 'k'),
    initramfs: file('dpu.initramfs', 'i'),
    proofEsps: {dpu: file('dpu.esp-proof.img', 'p')},
    esp: {offset: 0, bytes: 0, partUuid: '', uuid: ''},
    root: {offset: 0, bytes: 0, partUuid: '', uuid: ''},
    commandLine: payload.commandLine,
  };
  const image = {stage: 'image', digest: 'x', dir: join(dir, 'image'), value, reused: true, durationMs: 0};
  return {dir, files, workshop, image};
}
