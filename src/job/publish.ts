/** Puts results where people look for them: `out/NAME/ARCH`, each file whole or not at all, the manifest last. */

import {constants} from 'node:fs';
import {chmod, copyFile, mkdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {digestOfFile, type Json} from '../base/digest.ts';
import {captureStep} from '../base/process.ts';
import {replaceFile} from '../base/replace-file.ts';
import type {OutputFile} from './request.ts';

/** A file of the store, and its name below the output directory. */
export type Result = {
  readonly name: string;
  readonly from: string;
  readonly sha256?: string;
  readonly executable?: boolean;
};

type Manifest = {
  readonly version: 1;
  readonly inputs: Json;
  readonly files: readonly OutputFile[];
  /** Size and modification time by name, as they were when the file was put there. */
  readonly stamps: Readonly<Record<string, readonly [bytes: number, mtimeMs: number]>>;
};

const manifestName = 'manifest.json';

/**
 * Copies what is not there yet and writes `manifest.json`, which names every input and file by SHA-256. Files that
 * an earlier manifest names, and nobody has touched since, are left as they are.
 */
export async function publish(
  outDir: string,
  results: readonly Result[],
  inputs: Json,
): Promise<readonly OutputFile[]> {
  await mkdir(outDir, {recursive: true});
  const before = await readManifest(outDir);
  const files: OutputFile[] = [];
  const stamps: Record<string, readonly [number, number]> = {};
  for (const result of results) {
    const path = join(outDir, result.name);
    const sha256 = result.sha256 ?? (await digestOfFile(result.from));
    const known = before?.files.find((file) => file.path === result.name);
    const untouched = known?.sha256 === sha256 && (await isUntouched(path, before?.stamps[result.name]));
    if (!untouched) await replaceWhole(result, path);
    const {size, mtimeMs} = await stat(path);
    stamps[result.name] = [size, mtimeMs];
    files.push({path: result.name, bytes: size, sha256});
  }
  await removeStale(outDir, before, stamps);
  const manifest: Manifest = {version: 1, inputs, files, stamps};
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  if (text !== (await readText(join(outDir, manifestName)))) {
    await replaceFile(join(outDir, manifestName), text);
  }
  return files;
}

/** Results of an earlier run that this one does not have would pass for its own; what somebody changed is theirs. */
async function removeStale(
  outDir: string,
  before: Manifest | undefined,
  now: Manifest['stamps'],
): Promise<void> {
  for (const {path} of before?.files ?? []) {
    if (now[path] !== undefined) continue;
    if (await isUntouched(join(outDir, path), before?.stamps[path]))
      await rm(join(outDir, path), {force: true});
  }
}

async function isUntouched(path: string, stamp: readonly [number, number] | undefined): Promise<boolean> {
  const now = await stat(path).catch(() => undefined);
  return now !== undefined && stamp !== undefined && now.size === stamp[0] && now.mtimeMs === stamp[1];
}

/** A disk image stays sparse: GNU cp knows holes, and clones where the file system can; others copy in full. */
async function replaceWhole({from, executable}: Result, to: string): Promise<void> {
  const part = `${to}.part`;
  await mkdir(dirname(to), {recursive: true});
  await rm(part, {force: true});
  try {
    const copied = await captureStep(['cp', '--sparse=always', '--reflink=auto', from, part]);
    if (copied.outcome !== 'ok') await copyFile(from, part, constants.COPYFILE_FICLONE);
    await chmod(part, executable ? 0o755 : 0o644);
    await rename(part, to);
  } finally {
    await rm(part, {force: true});
  }
}

async function readManifest(outDir: string): Promise<Manifest | undefined> {
  const text = await readText(join(outDir, manifestName));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Manifest);
  } catch {
    // Somebody edited it: everything is put there again.
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
