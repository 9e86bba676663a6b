/**
 * `./kbuild prove`: what the main job promises, shown on the real thing. Takes an hour or two on two cores.
 *
 *     ./kbuild prove                    all of it
 *     ./kbuild prove kill boots         these only
 *     ./kbuild prove table              every recipe's boot, once
 *     ./kbuild prove layouts            the recipe with other layouts of its pool, and spoilt ones
 *     QTFS_SOURCE=DIR ./kbuild prove qtfs qtfs-servers
 *     LUSTRE_SOURCE=DIR ./kbuild prove lustre
 *     ./kbuild prove gds
 *     ./kbuild prove nfs-tcp
 *     ./kbuild prove ceph
 *     ./kbuild prove nvmeof
 *     ./kbuild prove infiniband
 *     LUSTRE_SOURCE=DIR QTFS_SOURCE=DIR ./kbuild prove parameters
 *     ./kbuild prove parameters-ceph    those of one recipe's machines
 *
 * With `--record`, docs/proofs.md tells what was seen.
 * Works in `prove/work`; the cache of `KBUILD_CACHE`, or the usual one, is the one that is compared with.
 */

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {cp, mkdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {digestOfFile} from '../src/base/digest.ts';
import {captureStep} from '../src/base/process.ts';
import {defaultStoreRoot} from '../src/base/store.ts';
import {layoutProof} from './layouts.ts';
import {parameterProofs} from './parameters.ts';
import {commitHere, record} from './record.ts';
import {entry, type Finding, kbuild, type Proof, root, work} from './run.ts';
import {systemProofs} from './systems.ts';
import {table} from './table.ts';

const recipe = 'nfs-rdma-zfs';
const results = join(root, 'out', recipe, 'x86_64');

/** Files of the output directory whose bytes have to be the same each time, by name. */
async function digests(outDir: string): Promise<Readonly<Record<string, string>>> {
  const {files} = JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')) as {
    files: {path: string; sha256: string}[];
  };
  for (const {path, sha256} of files) {
    const found = await digestOfFile(join(outDir, path));
    if (found !== sha256) throw new Error(`${path} has ${found}, the manifest says ${sha256}`);
  }
  return Object.fromEntries(
    files.filter(({path}) => !path.startsWith('report.')).map(({path, sha256}) => [path, sha256]),
  );
}

/** The main job, then the same again. */
const unchanged: Proof = async () => {
  const first = await kbuild(['recipe', recipe]);
  const second = await kbuild(['recipe', recipe]);
  const made = second.stages.filter(({outcome}) => outcome === 'made');
  return [
    {
      holds: first.exitCode === 0,
      seen: `the main job ended with ${first.exitCode} after ${first.seconds.toFixed(1)} s`,
    },
    ...first.stages.map(({title, outcome, durationMs}) => ({
      holds: true,
      seen: `  ${title}: ${outcome}, ${(durationMs / 1000).toFixed(1)} s`,
    })),
    {
      holds: second.exitCode === 0 && made.length === 0 && second.seconds < 3,
      seen: `unchanged: ${second.seconds.toFixed(2)} s, ${made.length} stages made`,
    },
  ];
};

/** Five boots, each within five minutes. */
const boots: Proof = async () => {
  const findings: Finding[] = [];
  for (let run = 1; run <= 5; run++) {
    const {exitCode, seconds, checks, stderr} = await kbuild(['boot', recipe]);
    const passed = checks.filter(({outcome}) => outcome === 'passed').length;
    const holds = exitCode === 0 && passed === checks.length && passed > 0 && seconds < 300;
    findings.push({
      holds,
      seen: `boot ${run}: ${passed} of ${checks.length} checks passed in ${seconds.toFixed(1)} s${holds ? '' : `\n${stderr}`}`,
    });
  }
  return findings;
};

/**
 * One goal changed: what is made again, how much of it, and that the same bytes come of it as from a build in which
 * no object was there. DUMMY is one object; PANIC_TIMEOUT stands in a header that nearly every object reads.
 */
const oneGoal: Proof = async () => {
  await kbuild(['build', recipe, '--out', join(work, 'before')]);
  const small = await changedGoal('DUMMY=m', join(work, 'one-goal'));
  const clean = join(work, 'one-goal-clean');
  const again = await kbuild(['recipe', recipe, '--no-boot', '--set', 'DUMMY=m', '--out', clean], {
    KBUILD_CACHE: await cacheWithoutObjects(),
  });
  const different = await differences(join(work, 'one-goal'), clean);
  const same: Finding = {
    holds: again.exitCode === 0 && different.length === 0,
    seen: `the same from no object, in ${again.seconds.toFixed(0)} s: ${different.length === 0 ? 'the same bytes' : `different: ${different.join(', ')}`}`,
  };
  return [...small, same, ...(await changedGoal('PANIC_TIMEOUT=30', join(work, 'far-goal')))];
};

async function changedGoal(goal: string, out: string): Promise<readonly Finding[]> {
  const args = ['recipe', recipe, '--no-boot', '--set', goal, '--out', out];
  const {exitCode, seconds, stages} = await kbuild(args);
  const needless = stages.filter(
    ({title, outcome}) => outcome === 'made' && /userland|builder|kernel source|packages/.test(title),
  );
  const made = stages.some(({outcome}) => outcome === 'made');
  return [
    {holds: exitCode === 0 && needless.length === 0 && made, seen: `${goal}: ${seconds.toFixed(0)} s`},
    ...stages.map(({title, outcome, durationMs, detail}) => ({
      holds: true,
      seen: `  ${title}: ${outcome}, ${(durationMs / 1000).toFixed(1)} s${detail ? ` (${detail})` : ''}`,
    })),
  ];
}

/** The cache less what comes of building, but with the objects of ccache, which it knows by what they were compiled from; linked, since a finished entry is never written to. */
async function cacheWithoutObjects(): Promise<string> {
  const cache = join(work, 'clean-cache');
  await rm(cache, {recursive: true, force: true});
  await mkdir(cache, {recursive: true});
  for (const folder of ['pool', 'apt', 'locks', 'source', 'builder', 'userland', 'config', 'ccache']) {
    const from = join(defaultStoreRoot(), folder);
    if (existsSync(from)) await captureStep(['cp', '--archive', '--link', from, cache]);
  }
  return cache;
}

/** The files that two output directories do not have in common, byte for byte. */
async function differences(one: string, other: string): Promise<readonly string[]> {
  const [ours, theirs] = await Promise.all([digests(one), digests(other)]);
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names].filter((name) => ours[name] !== theirs[name]);
}

/**
 * Killed again and again until it is done, with no stage there at the start: the same bytes. Downloads and ccache's
 * objects are taken along, which only makes it shorter.
 */
const kill: Proof = async () => {
  const cache = join(work, 'kill-cache');
  const out = join(work, 'kill-out');
  await Promise.all([cache, out].map((path) => rm(path, {recursive: true, force: true})));
  await mkdir(cache, {recursive: true});
  for (const kept of ['pool', 'apt', 'locks', 'ccache']) {
    const from = join(defaultStoreRoot(), kept);
    if (existsSync(from)) await cp(from, join(cache, kept), {recursive: true});
  }
  const findings: Finding[] = [];
  for (let run = 1; ; run++) {
    const argv = [entry, 'recipe', recipe, '--no-boot', '--out', out, '--quiet'];
    const child = spawn(process.execPath, argv, {
      cwd: root,
      env: {...process.env, KBUILD_CACHE: cache},
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    // Later each time, so that it ends: every stage is hit somewhere.
    const seconds = 15 + Math.random() * 45 * run;
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    findings.push({
      holds: code === 0 || code === null,
      seen:
        code === null ? `run ${run}: killed after ${seconds.toFixed(0)} s` : `run ${run}: ended with ${code}`,
    });
    if (code !== null) break;
  }
  const different = await differences(results, out);
  findings.push({
    holds: different.length === 0,
    seen:
      different.length === 0
        ? 'all files have the same bytes as without a kill'
        : `different: ${different.join(', ')}`,
  });
  return findings;
};

/** Ctrl-C in the middle of a build: exit 130, and nothing of it left two seconds later. */
const interrupt: Proof = async () => {
  const out = join(work, 'interrupt');
  const argv = [entry, 'recipe', recipe, '--no-boot', '--out', out, '--set', 'PANIC_TIMEOUT=77', '--quiet'];
  const child = spawn(process.execPath, argv, {cwd: root, stdio: 'ignore', detached: true});
  await new Promise((wait) => setTimeout(wait, 45_000));
  const sessionBefore = [...(await descendants(child.pid!)), ...(await containersOf(child.pid!))];
  const started = performance.now();
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number | null];
  const ended = (performance.now() - started) / 1000;
  const all = [...sessionBefore, ...(await containersOf(child.pid!))];
  let alive = all;
  let seconds = ended;
  do {
    alive = all.filter(isRunning);
    seconds = (performance.now() - started) / 1000;
    await new Promise((wait) => setTimeout(wait, 50));
  } while (alive.length > 0 && seconds < 2);
  return [
    {holds: code === 130, seen: `exit code ${code} after ${ended.toFixed(2)} s`},
    {
      holds: alive.length === 0 && sessionBefore.length > 3,
      seen: `${sessionBefore.length} processes before, ${alive.length} after ${seconds.toFixed(2)} s ${alive.map(nameOf).join('; ')}`,
    },
  ];
};

/** One that has ended and that nobody has asked about yet (a zombie) runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return String(pid);
  }
}

async function descendants(pid: number): Promise<readonly number[]> {
  const {stdout} = await captureStep(['ps', '-e', '-o', 'pid=,ppid=']);
  const parents = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
  );
  const isBelow = (one: number | undefined): boolean =>
    one !== undefined && (one === pid || isBelow(parents.get(one)));
  return [...parents.keys()].filter((one) => one !== pid && isBelow(parents.get(one)));
}

/** Monitors of a podman container, which are no children of kbuild's, and what runs below them. */
async function containersOf(pid: number): Promise<readonly number[]> {
  const {stdout} = await captureStep(['pgrep', '-f', `conmon .*-n kbuild-${pid}-`]);
  const monitors = stdout.split('\n').filter(Boolean).map(Number);
  const below = await Promise.all(monitors.map(descendants));
  return [...monitors, ...below.flat()];
}

/** Every engine that works here resolves the recipe to the same .config; one that does not work says why, with exit 3. */
const engines: Proof = async () => {
  const findings: Finding[] = [];
  const configs = new Set<string>();
  for (const engine of ['podman', 'docker', 'bubblewrap']) {
    // The engine is no input of any stage: what is there has to go, for it to be used.
    await kbuild(['cache', 'clean', 'config']);
    const file = join(work, `${engine}.config`);
    const out = join(work, 'engines');
    const {exitCode, seconds, stderr} = await kbuild([
      'config',
      recipe,
      '--engine',
      engine,
      '--write',
      file,
      '--out',
      out,
    ]);
    if (exitCode === 0) configs.add(await digestOfFile(file));
    const reason =
      exitCode === 0 ? '' : `: ${stderr.split('\n').find((line) => line.includes('error[')) ?? stderr}`;
    findings.push({
      holds: exitCode === 0 || exitCode === 3,
      seen: `${engine}: ended with ${exitCode} after ${seconds.toFixed(0)} s${reason}`,
    });
  }
  findings.push({holds: configs.size === 1, seen: `${configs.size} different .config`});
  return findings;
};

const greeter = join(root, 'fixtures/modules/greeter');
const withGreeter = (source: string): readonly string[] => [
  'greeter',
  '--recipes',
  join(root, 'fixtures/recipes'),
  '--source',
  `greeter=${source}`,
  '--out',
  join(work, 'greeter'),
];

/** A module of somebody's own: built, booted, left alone the second time, and built again when its source changes. */
const module: Proof = async () => {
  const first = await kbuild(['recipe', ...withGreeter(greeter)]);
  const passed = first.checks.filter(({outcome}) => outcome === 'passed').length;
  const again = await kbuild(['recipe', ...withGreeter(greeter)]);
  const made = again.stages.filter(({outcome}) => outcome === 'made');
  const edited = await editedGreeter('edited', 'atomic_inc_return', 'atomic_dec_return');
  const changed = await kbuild(['recipe', '--no-boot', ...withGreeter(edited)]);
  const rebuilt = changed.stages.filter(({outcome}) => outcome === 'made').map(({title}) => title);
  return [
    {
      holds: first.exitCode === 0 && passed === first.checks.length && passed > 0,
      seen: `${passed} of ${first.checks.length} checks passed, in ${first.seconds.toFixed(0)} s`,
    },
    {
      holds: again.exitCode === 0 && made.length === 0,
      seen: `unchanged: ${again.seconds.toFixed(1)} s, ${made.length} stages made`,
    },
    {
      holds: changed.exitCode === 0 && !rebuilt.some((title) => /^kernel|userland|zfs/.test(title)),
      seen: `one file of its source changed: made again ${rebuilt.join(', ')}`,
    },
    ...(await refusedModules()),
  ];
};

/** A copy of the ordinary module in which a text is another one. */
async function editedGreeter(name: string, from: string, to: string): Promise<string> {
  const dir = join(work, `greeter-${name}`);
  await rm(dir, {recursive: true, force: true});
  await cp(greeter, dir, {recursive: true});
  const file = join(dir, 'kbuild_greeter.c');
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  await writeFile(file, text.replace(from, to));
  return dir;
}

/** What is wrong with a module is told, against the real kernel. */
async function refusedModules(): Promise<readonly Finding[]> {
  const build = async (source: string, exit: number, said: RegExp): Promise<Finding> => {
    const {exitCode, stderr} = await kbuild(['build', ...withGreeter(source)]);
    const line = stderr.split('\n').find((one) => one.includes('error[')) ?? stderr.slice(-200);
    return {holds: exitCode === exit && said.test(stderr), seen: `ended with ${exitCode}: ${line}`};
  };
  const call = 'int fuse_dev_release(void);\nstatic int __init greeter_init(void)\n{\n\tfuse_dev_release();';
  const link = await editedGreeter('link', 'hello', 'hello');
  await symlink('../../../../etc/passwd', join(link, 'stray'));
  return [
    await build(
      await editedGreeter('broken', 'seq_printf', 'seq_print'),
      1,
      /module-build-failed.*\n.*\n.*error: implicit declaration of function 'seq_print'/,
    ),
    await build(
      await editedGreeter('needs', 'static int __init greeter_init(void)\n{', call),
      1,
      /module-needs-symbol.*fuse_dev_release: fs\/fuse\/dev\.c exports it; the goal FUSE_FS: y or m would add it/s,
    ),
    await build(
      await editedGreeter('fixup', '"hello"', '"hallo"'),
      2,
      /fixup-does-not-apply.*DEFAULT_GREETING/,
    ),
    await build(link, 2, /link-out-of-source.*stray/),
    await build(join(work, 'nowhere'), 2, /no-source/),
  ];
}

const proofs: Readonly<Record<string, Proof>> = {
  unchanged,
  boots,
  oneGoal,
  interrupt,
  engines,
  module,
  layouts: layoutProof,
  kill,
};
/** Proofs of other recipes, or for which something has to be given. */
const others: Readonly<Record<string, Proof>> = {
  table,
  ...systemProofs,
  ...parameterProofs,
};

const wanted = process.argv
  .slice(2)
  .filter((argument) => argument !== '--record')
  .flatMap((name) => (name === 'parameters' ? Object.keys(parameterProofs) : [name]));
const isRecorded = process.argv.includes('--record');
const names = wanted.length > 0 ? wanted : Object.keys(proofs);
const commit = isRecorded ? await commitHere() : '';
let broken = 0;
for (const name of names) {
  const proof = proofs[name] ?? others[name];
  if (proof === undefined) {
    console.error(
      `there is no proof ${name}; the proofs are ${Object.keys({...proofs, ...others}).join(', ')}`,
    );
    process.exit(2);
  }
  console.log(name);
  const started = performance.now();
  const findings: Finding[] = [];
  for await (const finding of await proof()) {
    findings.push(finding);
    if (!finding.holds) broken += 1;
    console.log(`  ${finding.holds ? 'holds' : 'BROKEN'}  ${finding.seen}`);
  }
  if (isRecorded) await record(name, {commit, minutes: (performance.now() - started) / 60_000, findings});
}
process.exit(broken === 0 ? 0 : 1);
