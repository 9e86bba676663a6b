/**
 * The stage store: what a stage made, under the digest of what it was made from, whole or not at all.
 *
 *     <root>/<stage>/<digest>/         a finished entry: the files, and entry.json with the value
 *     <root>/<stage>/<digest>.part/    being made, under <digest>.lock; left behind only by a kill
 */

import {mkdir, open, readdir, readFile, rename, rm, statfs, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {failure} from './diagnostic.ts';
import {digestOfValue, type Json} from './digest.ts';
import {type Lock, takeLock, tryLock} from './lock.ts';
import {captureStep} from './process.ts';
import type {Report} from './progress.ts';

export {defaultStoreRoot} from './store-root.ts';

/** A finished entry. Paths inside `value` are relative to `dir`. */
export type Entry<Value extends Json> = {
  readonly stage: string;
  readonly digest: string;
  readonly dir: string;
  readonly value: Value;
  readonly reused: boolean;
  readonly durationMs: number;
};

export type Stage<Value extends Json> = {
  /** The folder in the store, a plain word: `kernel`. */
  readonly name: string;
  /** Shown to people: `kernel 6.1.192 x86_64`. */
  readonly title: string;
  /** Everything the result depends on. Raise `version` when the stage itself changes what it makes. */
  readonly inputs: Json;
  readonly version: number;
  /** Free space the stage may need, in bytes. */
  readonly needsBytes?: number;
  /** Fills `dir`, an empty directory, and gives the value to remember. */
  readonly make: (dir: string) => Promise<Value>;
  /** A few words on what was made, for people. */
  readonly summary?: (value: Value) => string;
};

/** What every stage is handed: where to store, whom to tell, when to stop. */
export type Workshop = {
  readonly store: Store;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** The folder of this run's logs, one file a stage. */
  readonly logDir: string;
};

/** Less free space than this, in bytes, and a failure is put down to it. */
const nearlyNothing = 32 * 1024 * 1024;

type EntryFile = {readonly inputs: Json; readonly value: Json; readonly durationMs: number};

export class Store {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** The digest an entry of this stage has, made or not. */
  digest(stage: Pick<Stage<Json>, 'name' | 'inputs' | 'version'>): string {
    return digestOfValue({stage: stage.name, version: stage.version, inputs: stage.inputs});
  }

  /** A finished entry, or undefined. Takes no lock: an entry is renamed into place whole. */
  async find<Value extends Json>(
    stage: Pick<Stage<Json>, 'name' | 'inputs' | 'version'>,
  ): Promise<Entry<Value> | undefined> {
    const digest = this.digest(stage);
    const dir = join(this.root, stage.name, digest);
    try {
      const file = JSON.parse(await readFile(join(dir, 'entry.json'), 'utf8')) as EntryFile;
      return {
        stage: stage.name,
        digest,
        dir,
        value: file.value as Value,
        reused: true,
        durationMs: file.durationMs,
      };
    } catch (error) {
      // Cut short by a power failure: it counts as not made.
      if (error instanceof SyntaxError) return undefined;
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** All finished entries of a stage in this version of it, whatever they were made of. */
  async entries<Value extends Json>({
    name,
    version,
  }: Pick<Stage<Json>, 'name' | 'version'>): Promise<readonly Entry<Value>[]> {
    const names = await readdir(join(this.root, name)).catch(() => []);
    const digests = names.filter((digest) => /^[0-9a-f]{64}$/.test(digest)).sort();
    const files = await Promise.all(digests.map(async (digest) => this.#inputsOf(name, digest)));
    const found = files.map(async (inputs) =>
      inputs === undefined ? undefined : this.find<Value>({name, version, inputs}),
    );
    return (await Promise.all(found)).filter((entry) => entry !== undefined);
  }

  async #inputsOf(stage: string, digest: string): Promise<Json | undefined> {
    try {
      const text = await readFile(join(this.root, stage, digest, 'entry.json'), 'utf8');
      return (JSON.parse(text) as EntryFile).inputs;
    } catch {
      return undefined;
    }
  }

  /** Says that entries are being used, until released: `tryOwn` then gives nothing. */
  async use(signal?: AbortSignal): Promise<Lock> {
    return takeLock(join(this.root, 'in-use.lock'), {
      kind: 'shared',
      ...(signal === undefined ? {} : {signal}),
    });
  }

  /** The store for oneself, to remove things from it; undefined while anybody uses it. */
  async tryOwn(): Promise<Lock | undefined> {
    return tryLock(join(this.root, 'in-use.lock'));
  }

  /**
   * Gives the entry of a stage, and makes it first where there is none. Two processes that want the same
   * entry wait for one another. What `make` throws is thrown on, and nothing stays under the entry's name.
   */
  async obtain<Value extends Json>(workshop: Workshop, stage: Stage<Value>): Promise<Entry<Value>> {
    const found = await this.find<Value>(stage);
    if (found !== undefined) return reportReuse(workshop.report, stage, found);
    const digest = this.digest(stage);
    const lock = await takeLock(join(this.root, stage.name, `${digest}.lock`), {
      signal: workshop.signal,
      onWait: () =>
        workshop.report({
          kind: 'said',
          severity: 'info',
          message: `${stage.title}: another kbuild is making this; waiting for it`,
        }),
    });
    try {
      return (await this.find<Value>(stage)) ?? (await this.#make(workshop, stage, digest));
    } finally {
      await lock.release();
    }
  }

  async #make<Value extends Json>(
    workshop: Workshop,
    stage: Stage<Value>,
    digest: string,
  ): Promise<Entry<Value>> {
    workshop.signal.throwIfAborted();
    const {report} = workshop;
    const started = performance.now();
    const finalDir = join(this.root, stage.name, digest);
    const part = `${finalDir}.part`;
    report({kind: 'started', stage: stage.title});
    try {
      await removeTree(part);
      await mkdir(part, {recursive: true});
      await this.#requireSpace(stage);
      const value = await stage.make(part);
      const durationMs = Math.round(performance.now() - started);
      const file: EntryFile = {inputs: stage.inputs, value, durationMs};
      await writeFile(join(part, 'entry.json'), `${JSON.stringify(file, null, 1)}\n`);
      await captureStep(['sync', '--file-system', part]);
      // Under the lock, and `find` has said there is none: what may lie there is no entry.
      await removeTree(finalDir);
      await rename(part, finalDir);
      report({kind: 'finished', stage: stage.title, outcome: 'made', durationMs, ...detailOf(stage, value)});
      return {stage: stage.name, digest, dir: finalDir, value, reused: false, durationMs};
    } catch (error) {
      report({
        kind: 'finished',
        stage: stage.title,
        outcome: 'failed',
        durationMs: performance.now() - started,
      });
      await this.#explainFullDisk(error, workshop.logDir, Date.now() - (performance.now() - started));
      throw error;
    } finally {
      await removeTree(part);
    }
  }

  async #requireSpace(stage: {title: string; needsBytes?: number}): Promise<void> {
    if (stage.needsBytes === undefined) return;
    const free = await freeBytes(this.root);
    if (free >= stage.needsBytes) return;
    throw failure(
      'disk-full',
      `${stage.title} may need ${inGigabytes(stage.needsBytes)} in ${this.root}, where ${inGigabytes(free)} are free`,
      {
        hint: 'free some space, or name another place with KBUILD_CACHE=DIR; `kbuild cache` shows what is stored',
      },
    );
  }

  /**
   * A full disk comes up in a tool's words, mostly in its log, or the tool has fallen over without any. It need not be
   * full any more: many a tool cleans up when it fails.
   */
  async #explainFullDisk(error: unknown, logDir: string, since: number): Promise<void> {
    const full =
      saysFullDisk(error instanceof Error ? error.message : '') ||
      (await freeBytes(this.root)) < nearlyNothing ||
      (await recentLogEnds(logDir, since)).some(saysFullDisk);
    if (!full) return;
    throw failure('disk-full', `the disk of ${this.root} is full, or was`, {
      hint: 'free some space, or name another place with KBUILD_CACHE=DIR; what was finished is kept',
    });
  }

  /** Every finished entry's stage and digest. */
  async list(): Promise<readonly {stage: string; digest: string; dir: string}[]> {
    const stages = await readdir(this.root).catch(() => []);
    const entries = await Promise.all(
      stages.map(async (stage) => {
        const names = await readdir(join(this.root, stage)).catch(() => []);
        return names
          .filter((name) => /^[0-9a-f]{64}$/.test(name))
          .map((digest) => ({stage, digest, dir: join(this.root, stage, digest)}));
      }),
    );
    return entries.flat();
  }
}

function detailOf<Value extends Json>(stage: Stage<Value>, value: Value): {detail?: string} {
  return stage.summary === undefined ? {} : {detail: stage.summary(value)};
}

function reportReuse<Value extends Json>(
  report: Report,
  stage: Stage<Value>,
  entry: Entry<Value>,
): Entry<Value> {
  report({
    kind: 'finished',
    stage: stage.title,
    outcome: 'reused',
    durationMs: 0,
    ...detailOf(stage, entry.value),
  });
  return entry;
}

function saysFullDisk(words: string): boolean {
  return /^(ENOSPC|EDQUOT): |No space left on device|Disk quota exceeded/i.test(words);
}

/** The last part of each log that was written to since then (milliseconds since 1970). */
async function recentLogEnds(logDir: string, since: number): Promise<readonly string[]> {
  const names = await readdir(logDir).catch(() => []);
  const ends = names.map(async (name) => {
    const file = await open(join(logDir, name)).catch(() => undefined);
    if (file === undefined) return '';
    try {
      const {size, mtimeMs} = await file.stat();
      // Some file systems keep whole seconds.
      if (mtimeMs < since - 2000) return '';
      const buffer = Buffer.alloc(Math.min(size, 65_536));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('latin1');
    } catch {
      return '';
    } finally {
      await file.close();
    }
  });
  return Promise.all(ends);
}

async function freeBytes(path: string): Promise<number> {
  const {bavail, bsize} = await statfs(path);
  return bavail * bsize;
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Removes a tree, also one with directories that its owner may not write to. */
export async function removeTree(path: string): Promise<void> {
  const remove = async (): Promise<void> => rm(path, {recursive: true, force: true, maxRetries: 3});
  try {
    await remove();
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    await captureStep(['chmod', '--recursive', 'u+rwX', path]);
    await remove();
  }
}
