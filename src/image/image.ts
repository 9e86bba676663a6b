/** The stage `image`: from a userland and a kernel to a disk that boots. No root, no loop device, the same bytes. */

import {copyFile, mkdir, rm, stat, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {badInput} from '../base/diagnostic.ts';
import {digestOf, digestOfFile, digestOfValue, type Json} from '../base/digest.ts';
import type {Entry, Stage, Workshop} from '../base/store.ts';
import type {Builder, Mount} from '../build/container.ts';
import {stageAdditions} from './additions.ts';
import {architectureFacts, foreignBootFiles} from './architecture.ts';
import {espBytes, makeEsp} from './esp.ts';
import {alignmentBytes, espType, sectors, sfdiskScript} from './gpt.ts';
import {uuidFor, volumeIdFor} from './identifiers.ts';
import {makeInitramfs} from './initramfs.ts';
import {requireLibraries} from './libraries.ts';
import {overlayInputs} from './overlay.ts';
import {makeRoot, userlandOf} from './root.ts';
import type {ImageFile, ImageSpec, ImageValue, PartitionValue} from './spec.ts';
import {type Bench, runTool, shellArgv} from './tool.ts';
import {makeUki} from './uki.ts';

/** Raised whenever the same spec would give other bytes. */
const version = 1;

/**
 * Makes the image of one role, or finds it made. The entry holds `<role>.img`, `<role>.vmlinuz`,
 * `<role>.initramfs`, and an `<machine>.esp-proof.img` for each machine of the proof.
 * Throws bad input for overlays, units and names that do not fit, and `image-tool` with a tool's own words.
 */
export async function makeImage(
  workshop: Workshop,
  builder: Builder,
  spec: ImageSpec,
): Promise<Entry<ImageValue>> {
  checkNames(spec);
  const disk = await diskInputs(builder, spec);
  const stage: Stage<ImageValue> = {
    name: 'image',
    title: `image ${spec.image.role} of ${spec.recipe}`,
    version,
    inputs: {disk, proofCommandLines: spec.proofCommandLines},
    needsBytes: 3 * (await stat(spec.userland.tar)).size + (spec.image.freeMiB << 20),
    make: async (outDir) => {
      const workDir = join(outDir, 'work');
      await mkdir(workDir);
      const bench: Bench = {
        builder,
        outDir,
        workDir,
        mounts: mountsOf(spec, outDir, workDir),
        bootRoot: spec.bootFiles === undefined ? '' : foreignBootFiles,
        logPath: join(workshop.logDir, `image-${spec.image.role}.log`),
        signal: workshop.signal,
      };
      const value = await assemble(bench, spec, digestOfValue(disk));
      await rm(workDir, {recursive: true, force: true});
      return value;
    },
    summary: (value) => `${value.disk.name}, ${Math.round(value.disk.bytes / 1e6)} MB`,
  };
  return workshop.store.obtain(workshop, stage);
}

/** Only directories the builder has are mounted over. */
function mountsOf(spec: ImageSpec, outDir: string, workDir: string): Mount[] {
  return [
    {source: dirname(spec.userland.tar), target: '/in', readOnly: true},
    {source: spec.kernel.modules, target: '/src', readOnly: true},
    {source: workDir, target: '/build', readOnly: false},
    {source: outDir, target: '/out', readOnly: false},
    ...(spec.bootFiles === undefined
      ? []
      : [{source: spec.bootFiles.dir, target: foreignBootFiles, readOnly: true}]),
  ];
}

/** All that the delivered disk depends on, and nothing of how it is proved: the proof must not change it. */
async function diskInputs(builder: Builder, spec: ImageSpec): Promise<Json> {
  const {image, access} = spec;
  return {
    version,
    builder: builder.digest,
    recipe: spec.recipe,
    role: image.role,
    hostname: spec.hostname ?? image.role,
    architecture: spec.architecture,
    ...(spec.bootFiles === undefined ? {} : {bootFiles: spec.bootFiles.digest}),
    userland: spec.userland.digest,
    kernel: {release: spec.kernel.release, digest: spec.kernel.digest},
    initramfsModules: spec.initramfsModules,
    overlays: await Promise.all(image.overlays.map(overlayInputs)),
    ...(Object.keys(spec.files ?? {}).length === 0 ? {} : {files: spec.files!}),
    enable: image.enable,
    commandLine: image.commandLine,
    ...(image.variables === undefined ? {} : {variables: image.variables}),
    freeMiB: image.freeMiB,
    authorizedKeys: access.authorizedKeys,
    // What is stored beside an image is readable by more people than the image need be.
    rootPassword: access.rootPasswordHash === undefined ? null : digestOf(access.rootPasswordHash),
  };
}

/** These become parts of file names and of lines in files that have no quoting. */
function checkNames(spec: ImageSpec): void {
  const names = {
    recipe: spec.recipe,
    role: spec.image.role,
    'kernel release': spec.kernel.release,
    hostname: spec.hostname ?? spec.image.role,
  };
  for (const [what, name] of Object.entries(names)) {
    if (/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(name)) continue;
    throw badInput('image-name', `${JSON.stringify(name)} cannot be the ${what} of an image`, {
      hint: 'use letters, digits and . _ + - only',
    });
  }
  if (spec.access.authorizedKeys.some((key) => /[\r\n]/.test(key))) {
    throw badInput('image-access', 'an authorized key is more than one line');
  }
  if (/[:\s]/.test(spec.access.rootPasswordHash ?? '')) {
    throw badInput('image-access', "root's password is not given as a hash", {
      hint: 'make one with `openssl passwd -6`',
    });
  }
}

async function assemble(bench: Bench, spec: ImageSpec, identity: string): Promise<ImageValue> {
  const {role} = spec.image;
  const rootPartUuid = uuidFor(identity, 'root partition');
  const commandLine = ['ro', `root=PARTUUID=${rootPartUuid}`, ...spec.image.commandLine].join(' ');
  await copyFile(spec.kernel.vmlinuz, join(bench.outDir, `${role}.vmlinuz`));
  await makeInitramfs(bench, spec, `${role}.initramfs`);
  const esp: PartitionValue = {
    offset: alignmentBytes,
    bytes: await makeEsps(bench, spec, identity, commandLine),
    partUuid: uuidFor(identity, 'esp partition'),
    uuid: volumeIdFor(identity),
  };
  await stageRoot(bench, spec, identity, {rootPartUuid, espPartUuid: esp.partUuid});
  const plan = {
    disk: diskOf(spec),
    offset: esp.offset + esp.bytes,
    uuid: uuidFor(identity, 'root file system'),
    hashSeed: uuidFor(identity, 'directory hash'),
  };
  const root: PartitionValue = {
    offset: plan.offset,
    bytes: await makeRoot(bench, spec, plan),
    partUuid: rootPartUuid,
    uuid: plan.uuid,
  };
  await partitionDisk(bench, spec, uuidFor(identity, 'disk'), {esp, root});
  const [disk, kernel, initramfs] = await Promise.all(
    ['img', 'vmlinuz', 'initramfs'].map((kind) => describe(bench.outDir, `${role}.${kind}`)),
  );
  const proofEsps: Record<string, ImageFile> = {};
  for (const machine of Object.keys(spec.proofCommandLines)) {
    proofEsps[machine] = await describe(bench.outDir, proofEspOf(machine));
  }
  return {
    role,
    release: spec.kernel.release,
    disk: disk!,
    kernel: kernel!,
    initramfs: initramfs!,
    proofEsps,
    esp,
    root,
    commandLine,
  };
}

/** Makes the delivered ESP and its twins for the proof, all of one length, which it gives in bytes. */
async function makeEsps(bench: Bench, spec: ImageSpec, identity: string, delivered: string): Promise<number> {
  const {role} = spec.image;
  const [kernel, initramfs] = await Promise.all(
    ['vmlinuz', 'initramfs'].map(async (kind) => ({
      file: `/out/${role}.${kind}`,
      bytes: (await stat(join(bench.outDir, `${role}.${kind}`))).size,
    })),
  );
  const outputs = [
    {uki: 'delivered.efi', commandLine: delivered, output: '/build/esp.img'},
    ...Object.entries(spec.proofCommandLines).map(([machine, added]) => ({
      uki: `proof-${machine}.efi`,
      commandLine: [delivered, ...added].join(' '),
      output: `/out/${proofEspOf(machine)}`,
    })),
  ];
  for (const {uki, commandLine} of outputs) {
    await makeUki(bench, spec, uki, {kernel: kernel!, initramfs: initramfs!, commandLine});
  }
  // By the delivered one alone: how an image is proved must not change where its partitions lie.
  const bytes = espBytes((await stat(join(bench.workDir, outputs[0]!.uki))).size);
  for (const {uki, output} of outputs) {
    await makeEsp(bench, spec, {
      output,
      uki: `/build/${uki}`,
      bytes,
      firstSector: sectors(alignmentBytes),
      volumeId: volumeIdFor(identity),
    });
  }
  return bytes;
}

/** Takes the unit files out of the userland, and lays ready what the root has beyond it, if its programs can start. */
async function stageRoot(
  bench: Bench,
  spec: ImageSpec,
  identity: string,
  ids: {readonly rootPartUuid: string; readonly espPartUuid: string},
): Promise<void> {
  const units = join(bench.workDir, 'units');
  await mkdir(units);
  const directories = ['./etc/systemd/system', './usr/lib/systemd/system'];
  await runTool(bench, 'reading the units of the userland', {
    argv: ['tar', '-C', '/build/units', '--no-same-owner', '-xf', userlandOf(spec), ...directories],
  });
  if (spec.image.overlays.length > 0) {
    const paths = await runTool(bench, 'listing the userland', {argv: ['tar', '-tf', userlandOf(spec)]});
    await requireLibraries(spec, paths);
  }
  const {recipe, image, kernel, userland} = spec;
  const release = {
    recipe,
    role: image.role,
    kernel: {release: kernel.release, digest: kernel.digest},
    userland: userland.digest,
    image: identity,
  };
  await stageAdditions(spec, {...ids, release}, units, join(bench.workDir, 'additions'));
}

/** `truncate` ends the disk behind the backup table; the ESP's holes stay holes. */
const partitionScript = `set -euo pipefail
disk=$1 esp=$2 offset=$3 bytes=$4
truncate -s "$bytes" "$disk"
dd if="$esp" of="$disk" bs=1M seek="$((offset / 1048576))" conv=notrunc,sparse status=none
sfdisk --quiet --no-reread --no-tell-kernel --wipe never --wipe-partitions never "$disk" < /build/partitions
`;

async function partitionDisk(
  bench: Bench,
  spec: ImageSpec,
  diskUuid: string,
  {esp, root}: {readonly esp: PartitionValue; readonly root: PartitionValue},
): Promise<void> {
  const table = sfdiskScript(diskUuid, [
    {name: 'esp', type: espType, ...esp},
    {name: `root-${spec.image.role}`, type: architectureFacts[spec.architecture].rootType, ...root},
  ]);
  await writeFile(join(bench.workDir, 'partitions'), table);
  const bytes = root.offset + root.bytes + alignmentBytes;
  await runTool(bench, 'writing the partition table', {
    argv: shellArgv([diskOf(spec), '/build/esp.img', String(esp.offset), String(bytes)]),
    input: partitionScript,
  });
}

function proofEspOf(machine: string): string {
  return `${machine}.esp-proof.img`;
}

/** The disk image, in the container. */
function diskOf(spec: ImageSpec): string {
  return `/out/${spec.image.role}.img`;
}

async function describe(dir: string, name: string): Promise<ImageFile> {
  const path = join(dir, name);
  return {name, bytes: (await stat(path)).size, sha256: await digestOfFile(path)};
}
