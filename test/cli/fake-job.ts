/** The command line with a job that makes nothing: `node fake-job.js HOW recipe NAME …`. */

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {failure} from '../../src/base/diagnostic.ts';
import {digestOf} from '../../src/base/digest.ts';
import {runStep} from '../../src/base/process.ts';
import type {Workshop} from '../../src/base/store.ts';
import type {Laboratory} from '../../src/boot/index.ts';
import {interruptible} from '../../src/cli/interrupt.ts';
import {runCommandLine} from '../../src/cli/run.ts';
import {processTerminal} from '../../src/cli/terminal.ts';
import type {Kconfig} from '../../src/job/kconfig.ts';
import {holdToLock} from '../../src/job/lock-differences.ts';
import {digestsOfFiles} from '../../src/job/lock-target.ts';
import type {TargetLock} from '../../src/job/recipe-lock.ts';
import type {JobRequest, JobResult} from '../../src/job/request.ts';
import {linux61, parseKconfig} from '../../src/kconfig/index.ts';
import {folderSources} from '../kconfig/tree.ts';

type Job = (request: JobRequest, workshop: Workshop) => Promise<JobResult>;

const resolved = {
  arch: 'x86_64',
  configText: 'CONFIG_X=y\n',
  configDigest: 'd1',
  goals: [],
  added: [],
  alternatives: [],
  warnings: [],
} as const;

const proof: NonNullable<JobResult['boot']> = {
  version: 1,
  scenario: 'nfs-rdma',
  outcome: 'passed',
  acceleration: {kind: 'kvm', cpu: 'host'},
  machines: [],
  checks: [
    {name: 'the mount has vers=4.2 and proto=rdma', outcome: 'passed', durationMs: 1200, evidence: ''},
  ],
  durationMs: 40_000,
  logDir: '/tmp/logs',
};

const works: Job = async ({outDir, upTo, recipe}, {report}) => {
  report({kind: 'started', stage: 'kernel 6.1'});
  report({kind: 'advanced', stage: 'kernel 6.1', done: 1, expected: 2, unit: 'objects'});
  report({
    kind: 'finished',
    stage: 'kernel 6.1',
    outcome: 'made',
    durationMs: 1500,
    detail: 'bzImage 3.6 MB',
  });
  report({kind: 'finished', stage: 'zfs', outcome: 'reused', durationMs: 0});
  report({kind: 'said', severity: 'warning', message: `up to ${upTo} of ${recipe.name}`});
  return {
    outDir,
    stages: [
      {title: 'kernel 6.1', outcome: 'made', durationMs: 1500},
      {title: 'zfs', outcome: 'reused', durationMs: 0},
    ],
    files: [{path: join(outDir, 'bzImage'), bytes: 3_600_000, sha256: 'ab'}],
    resolved: [resolved],
    ...(upTo === 'boot' ? {boot: proof} : {}),
  };
};

const jobs: Readonly<Record<string, Job>> = {
  works,
  hasNoMirror: works,
  /** As the engine gives it: a character a byte. */
  resolvesUtf8: async ({outDir}) => {
    const configText = Buffer.from('CONFIG_X="é"\n').toString('latin1');
    return {outDir, stages: [], files: [], resolved: [{...resolved, configText}]};
  },
  /** Gives back its request, for tests of options. */
  echoes: async (request, workshop) => {
    const {recipe, lock, ...rest} = request;
    const settings = recipe.settings.map(({symbol}) => symbol);
    const held = typeof lock === 'object' ? lock.recipe : lock;
    const files = [
      {path: JSON.stringify({...rest, settings, lock: held, logDir: workshop.logDir}), bytes: 0, sha256: ''},
    ];
    const {arch} = request;
    return {
      outDir: request.outDir,
      stages: [],
      files,
      resolved: [{...resolved, arch, configText: `${arch}\n`}],
    };
  },
  /** Resolves to what the environment names as KERNEL and DIGEST, and holds it to the recipe's lock as the real one does. */
  locks: async ({outDir, recipe, arch, kernel = recipe.kernel.version, lock, locked}, {report}) => {
    const {KERNEL: release = `${kernel}.1`, DIGEST: letter = 'a'} = process.env;
    const target: TargetLock = {
      kernel,
      arch,
      parameters: {},
      settings: Object.fromEntries(recipe.settings.map(({symbol, value}) => [symbol, value])),
      source: {release, from: `linux-source-${kernel}`, sha256: digestOf(release)},
      builder: {
        suite: 'bookworm',
        machine: 'amd64',
        packages: 1,
        sha256: digestOf('gcc'),
        tools: {gcc: '12'},
      },
      modules: {},
      config: digestOf(letter),
    };
    const result = {outDir, stages: [], files: [], resolved: [{...resolved, arch}], targetLocks: [target]};
    if (lock === undefined || lock === 'made') return result;
    const now = {files: await digestsOfFiles(recipe), targets: [target]};
    return {...result, lockDifferences: holdToLock(lock, now, {locked, report})};
  },
  /** Two machines that were started, one with a unit that failed; it says when their power is cut. */
  starts: async ({outDir, keep}, {report}) => {
    const machine = (name: string, readySeconds: number, failed: string) => ({
      spec: {name, role: name},
      architecture: 'x86_64',
      acceleration: {kind: 'kvm', cpu: 'host'},
      boots: [{firmwareSeconds: 4.1, kernelSeconds: 5.6, shellSeconds: 20, readySeconds}],
      logs: {},
      run: async () => ({status: 0, output: failed}),
    });
    const laboratory = {
      machines: [
        machine('host', 44.3, 'zfs-load-module.service loaded failed failed ZFS\n'),
        machine('client', 40, ''),
      ],
      clear: async () => report({kind: 'said', severity: 'info', message: 'power is cut'}),
    };
    keep!.take(laboratory as unknown as Laboratory);
    return {outDir, stages: [], files: [], resolved: [resolved]};
  },
  fails: async () => {
    throw failure('compiler-error', 'kernel/fork.c:1:2: error: no', {hint: 'see the log'});
  },
  failsItsProof: async () => {
    throw failure('proof-failed', '0 of 1 checks passed', {result: {boot: {...proof, outcome: 'failed'}}});
  },
  breaks: async () => {
    throw new TypeError('a bug\nof two lines');
  },
  /** Work that hangs when it is told to stop. */
  heedsNothing: async (_, {report}) => {
    report({kind: 'started', stage: 'kernel 6.1'});
    return new Promise(() => setInterval(() => undefined, 1000));
  },
  runsForLong: async (_, {report, signal}) => {
    report({kind: 'started', stage: 'kernel 6.1'});
    // Children that do not heed SIGTERM are the ones that would be left behind.
    await runStep(['sh', '-c', 'trap "" TERM; echo "child $$" >&2; sleep 300 & wait; sleep 300'], {
      signal,
      onLine: (line) => process.stderr.write(`${line}\n`),
    });
    signal.throwIfAborted();
    throw new Error('it ended by itself');
  },
};

/** The Kconfig of a folder, with no tool chain and no Makefile. */
function fakeKconfig(dir: string, arch: Kconfig['arch']): Kconfig {
  const sources = folderSources(dir, new Map());
  const model = parseKconfig('Kconfig', sources, linux61);
  return {
    source: {kind: 'directory', dir, digest: digestOf(readFileSync(join(dir, 'Kconfig'))), release: '6.1.0'},
    toolChain: 'none',
    arch,
    tree: {model, readFile: sources.readFile, sourceArch: 'x86'},
    requireUnchanged: async () => undefined,
  };
}

const [how = '', ...argv] = process.argv.slice(2);
process.exit(
  await runCommandLine(argv, {
    terminal: processTerminal(),
    signal: interruptible(),
    cwd: process.cwd(),
    environment: process.env,
    runJob: jobs[how]!,
    readKconfig: async (_, {kernel, arch}) => fakeKconfig(kernel, arch),
    readDebianConfig: async (_, {line}) => {
      if (how === 'hasNoMirror') throw failure('mirror-unreachable', 'no mirror answers');
      return {name: `linux-config-${line} 6.1.0-1`, text: 'CONFIG_MODULES=y\nCONFIG_QUEUES=7\n'};
    },
  }),
);
