/** The proof: the images boot together and the recipe's scenario runs. Images that passed are not booted again unasked. */

import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import {failure} from '../base/diagnostic.ts';
import {digestOfValue} from '../base/digest.ts';
import type {Entry, Stage, Workshop} from '../base/store.ts';
import {
  type BootReport,
  bootReportJson,
  type CheckResult,
  findScenario,
  junitXml,
  type Laboratory,
  type MachineSpec,
  type ProofRequest,
  proofCodeDigest,
  runScenario,
  startMachines,
  usualMemoryMiB,
} from '../boot/index.ts';
import type {Kernel} from '../build/kernel.ts';
import type {ImageValue} from '../image/spec.ts';
import {readCatalogue} from '../recipe/catalogue.ts';
import {valuesOf} from '../recipe/parameters.ts';
import {isTunableOf} from '../recipe/tunable.ts';
import {scriptFor} from '../tunables/index.ts';
import type {Result} from './publish.ts';
import type {JobRequest} from './request.ts';

/** A machine of the proof, and its address on the proof's network. */
export type MadeMachine = {readonly name: string; readonly address: string};

/** An image that was made, the machines that start from it, and the kernel in it. */
export type MadeImage = {
  readonly image: Entry<ImageValue>;
  readonly arch: Architecture;
  readonly machines: readonly MadeMachine[];
  readonly kernel: Kernel;
};

/** By role. */
export type Images = ReadonlyMap<string, MadeImage>;

export type Proof = {readonly report: BootReport; readonly results: readonly Result[]};

const reportNames = {json: 'report.json', junit: 'report.junit.xml'} as const;

/**
 * The report of a proof in which every check passed, made now or, for the same images and checks, before.
 * @throws KbuildError `proof-failed` (exit 1) with the checks that failed; the reports are then in the log folder.
 */
export async function obtainProof(workshop: Workshop, request: JobRequest, images: Images): Promise<Proof> {
  const scenario = request.recipe.prove;
  if (scenario === undefined) throw new Error(`${request.recipe.name} has nothing to prove`);
  const checks = await proofCodeDigest();
  const machines = await machinesFor(workshop, request, images);
  const asked = machines.machines.map(({role, tunables = []}) => [
    role,
    scriptFor(
      tunables.map((tunable) => ({tunable})),
      undefined,
    ),
  ]);
  const stage = (make: Stage<{passed: number}>['make']): Stage<{passed: number}> => ({
    name: 'proof',
    title: `boot ${scenario}`,
    version: 3,
    inputs: {
      scenario,
      checks,
      parameters: digestOfValue(asked),
      values: Object.fromEntries(valuesOf(request.recipe)),
      images: Object.fromEntries([...images].map(([role, {image}]) => [role, image.digest])),
    },
    make,
    summary: ({passed}) => `${passed} of ${passed} checks passed`,
  });
  const never = stage(() => Promise.reject(new Error('looked for, not made')));
  const before = await workshop.store.find(never);
  if (before !== undefined && request.proveAgain !== true && request.keep === undefined) {
    const {dir} = await workshop.store.obtain(workshop, never);
    return proofIn(dir);
  }

  const report = await runScenario(workshop, {
    ...machines,
    ...(request.keep === undefined ? {} : {keep: request.keep.take}),
  });
  await writeReports(report, workshop.logDir);
  const failed = report.checks.filter(({outcome}) => outcome !== 'passed');
  if (failed.length > 0) throw proofFailure(report, failed);
  // What was seen has been told already.
  const silent: Workshop = {...workshop, report: () => undefined};
  await workshop.store.obtain(
    silent,
    stage(async (dir) => {
      await writeReports(report, dir);
      return {passed: report.checks.length};
    }),
  );
  return proofIn(workshop.logDir);
}

/** Starts the machines of the images, and proves nothing. */
export async function startImages(
  workshop: Workshop,
  request: JobRequest,
  images: Images,
): Promise<Laboratory> {
  return startMachines(workshop, await machinesFor(workshop, request, images));
}

async function machinesFor({logDir}: Workshop, {recipe}: JobRequest, images: Images): Promise<ProofRequest> {
  const scenario = recipe.prove!;
  const parameters = valuesOf(recipe);
  const {drives, memoryMiB} = findScenario(scenario, parameters);
  const catalogue = await readCatalogue(recipe.folders);
  const machines = [...images].flatMap(([role, made]) =>
    machineSpecs(role, made, {
      drives: drives?.[role] ?? [],
      memoryMiB: memoryMiB?.[role] ?? usualMemoryMiB,
      tunables: catalogue.filter((tunable) => isTunableOf(tunable, recipe.images[role]!)),
    }),
  );
  return {scenario, parameters, machines, logDir};
}

async function proofIn(dir: string): Promise<Proof> {
  const report = JSON.parse(await readFile(join(dir, reportNames.json), 'utf8')) as BootReport;
  return {report, results: Object.values(reportNames).map((name) => ({name, from: join(dir, name)}))};
}

async function writeReports(report: BootReport, dir: string): Promise<void> {
  await writeFile(join(dir, reportNames.json), bootReportJson(report));
  await writeFile(join(dir, reportNames.junit), junitXml([report]));
}

function proofFailure(report: BootReport, failed: readonly CheckResult[]) {
  const lines = failed.map(({name, outcome, evidence, details}) => {
    const shown = (details ?? []).flatMap(({title, text}) => [
      `    ${title}`,
      ...text.split('\n').map((line) => `      ${line}`),
    ]);
    return [`  ${outcome === 'failed' ? '✗' : '-'} ${name}: ${evidence}`, ...shown].join('\n');
  });
  const passed = report.checks.length - failed.length;
  return failure(
    'proof-failed',
    [`${passed} of ${report.checks.length} checks passed`, ...lines].join('\n'),
    {
      hint: `serial logs and reports are in ${report.logDir}; the images stay in the cache and are not published`,
      result: {boot: report},
    },
  );
}

function machineSpecs(
  role: string,
  {image, arch, machines, kernel}: MadeImage,
  more: Pick<MachineSpec, 'drives' | 'memoryMiB' | 'tunables'>,
): readonly MachineSpec[] {
  const {disk, esp, proofEsps} = image.value;
  return machines.map(({name, address}) => ({
    name,
    role,
    architecture: arch,
    boot: {
      kind: 'firmware',
      disk: {
        path: join(image.dir, disk.name),
        espOffset: esp.offset,
        espSize: esp.bytes,
        espProof: join(image.dir, proofEsps[name]!.name),
      },
    },
    cpus: 2,
    ...more,
    address,
    expected: {release: kernel.value.release, configSha256: kernel.value.configDigest},
  }));
}
