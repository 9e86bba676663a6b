/** Boots the machines of a scenario and shows what they can do. */

import {mkdir, mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {Architecture} from '../base/architecture.ts';
import {badInput} from '../base/diagnostic.ts';
import type {Workshop} from '../base/store.ts';
import type {Values} from '../recipe/parameters.ts';
import {type Acceleration, chooseAcceleration, slownessNotice, type Trial} from './acceleration.ts';
import {type Firmware, findFirmware} from './architecture.ts';
import {copyVariables, makeDrive, makeOverlay, makeProvingDisk} from './disk.ts';
import {Machine} from './machine.ts';
import {hardwareAddress, Network} from './network.ts';
import type {BootReport, CheckResult, MachineReport} from './report.ts';
import {machinesOf, runChecks, type Scenario} from './scenario.ts';
import {ceph} from './scenarios/ceph.ts';
import {gds} from './scenarios/gds.ts';
import {infiniband} from './scenarios/infiniband.ts';
import {lustre} from './scenarios/lustre.ts';
import {patience} from './scenarios/machines.ts';
import {modules} from './scenarios/modules.ts';
import {nfsRdma} from './scenarios/nfs-rdma.ts';
import {nfsTcp} from './scenarios/nfs-tcp.ts';
import {nvmeof} from './scenarios/nvmeof.ts';
import {qtfs} from './scenarios/qtfs.ts';
import type {MachineSpec} from './spec.ts';

/** Every scenario that can be asked for by name. */
export const scenarios: readonly Scenario[] = [
  nfsRdma,
  modules,
  qtfs,
  lustre,
  gds,
  nfsTcp,
  ceph,
  nvmeof,
  infiniband,
];

export type ProofRequest = {
  /** The name of a scenario. */
  readonly scenario: string;
  /** Those of the recipe; none where absent. */
  readonly parameters?: Values;
  /** All machines of the scenario, by the names it has for them. */
  readonly machines: readonly MachineSpec[];
  /** Where consoles and other logs are kept. */
  readonly logDir: string;
  /** Takes the machines over when every check has passed, and clears them; else they are cleared at the end. */
  readonly keep?: (laboratory: Laboratory) => void;
};

/** The scenario of that name, for a recipe with these parameters; without one, bad input with the names there are. */
export function findScenario(name: string, parameters: Values = new Map()): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found.withParameters?.(parameters) ?? found;
  throw badInput('unknown-scenario', `there is no scenario ${name}`, {
    hint: `the scenarios are ${scenarios.map((scenario) => scenario.name).join(', ')}`,
  });
}

/**
 * Boots the machines on a network of their own and runs the scenario's checks. Checks that fail are in the
 * report; thrown are bad requests, missing tools, and the cancelling of `workshop.signal`.
 */
export async function runScenario(workshop: Workshop, request: ProofRequest): Promise<BootReport> {
  const scenario = findScenario(request.scenario, request.parameters);
  requireMachines(scenario, request.machines);
  workshop.signal.throwIfAborted();
  const started = performance.now();
  const stage = `boot ${scenario.name}`;
  workshop.report({kind: 'started', stage});
  const logDir = resolve(request.logDir);
  const laboratory = await setUp(workshop, request.machines, logDir);
  let kept = false;
  try {
    const checks = await runChecks(
      scenario.checks(),
      (name) => laboratory.machines.find((machine) => machine.name === name)!,
      workshop.signal,
      (result, done, expected) =>
        workshop.report({
          kind: 'advanced',
          stage,
          done,
          expected,
          unit: 'checks',
          detail: checkLine(result),
        }),
    );
    const report = summary(scenario, laboratory, checks, logDir, performance.now() - started);
    workshop.report({
      kind: 'finished',
      stage,
      outcome: report.outcome === 'passed' ? 'made' : 'failed',
      durationMs: report.durationMs,
      detail: `${checks.filter((check) => check.outcome === 'passed').length} of ${checks.length} checks passed`,
    });
    if (report.outcome === 'passed' && request.keep !== undefined) {
      kept = true;
      request.keep(laboratory);
    }
    return report;
  } catch (error) {
    const durationMs = performance.now() - started;
    workshop.report({kind: 'finished', stage, outcome: 'failed', durationMs});
    throw error;
  } finally {
    if (!kept) await laboratory.clear();
  }
}

/**
 * Starts machines on a network of their own, and gives them when all are up. Whoever takes them clears them.
 * @throws KbuildError (1) for one that does not come up, and what `runScenario` throws
 */
export async function startMachines(
  workshop: Workshop,
  {scenario, parameters, machines: specs, logDir}: Omit<ProofRequest, 'keep'>,
): Promise<Laboratory> {
  requireMachines(findScenario(scenario, parameters), specs);
  const stage = `start ${specs.map(({name}) => name).join(', ')}`;
  const started = performance.now();
  const finished = (outcome: 'made' | 'failed'): void =>
    workshop.report({kind: 'finished', stage, outcome, durationMs: performance.now() - started});
  workshop.report({kind: 'started', stage});
  const laboratory = await setUp(workshop, specs, resolve(logDir));
  try {
    await Promise.all(
      laboratory.machines.map(async (machine) => {
        await machine.start();
        await machine.untilUp(patience);
      }),
    );
    finished('made');
    return laboratory;
  } catch (error) {
    finished('failed');
    await laboratory.clear();
    throw error;
  }
}

/** A check's result in one line, for people. */
export function checkLine(check: CheckResult): string {
  return `${check.name}: ${check.outcome === 'passed' ? '' : `${check.outcome.replace('-', ' ')}: `}${check.evidence}`;
}

function requireMachines(scenario: Scenario, machines: readonly MachineSpec[]): void {
  const needed = scenario.roles.flatMap((role) => machinesOf(scenario, role));
  const missing = needed.filter((name) => !machines.some((machine) => machine.name === name));
  if (missing.length > 0) {
    throw badInput(
      'missing-machine',
      `the scenario ${scenario.name} needs the machines ${missing.join(', ')}`,
      {
        hint: `its roles are ${scenario.roles.join(', ')}`,
      },
    );
  }
  const unfit = machines.find((machine) => !/^[a-z][a-z0-9-]{0,15}$/.test(machine.name));
  if (unfit !== undefined) {
    throw badInput('machine-name', `${JSON.stringify(unfit.name)} is no name for a machine`, {
      hint: 'use up to 16 of a-z, 0-9 and -',
    });
  }
}

/** Machines on a network of their own. */
export type Laboratory = {
  readonly machines: readonly Machine[];
  /** Cuts their power, and removes their disks. */
  readonly clear: () => Promise<void>;
};

async function setUp(workshop: Workshop, specs: readonly MachineSpec[], logDir: string): Promise<Laboratory> {
  const {signal} = workshop;
  const diskDir = await diskFolder(workshop.store.root);
  // The path of a unix socket has 107 bytes at most, which a deep TMPDIR would use up.
  const base = tmpdir();
  const socketDir = await mkdtemp(join(Buffer.byteLength(base) > 60 ? '/tmp' : base, 'kbuild-'));
  const machines: Machine[] = [];
  let network: Network | undefined;
  const clear = async (): Promise<void> => {
    await Promise.all(machines.map(async (machine) => machine.discard()));
    await network?.close();
    await rm(socketDir, {recursive: true, force: true});
    await rm(diskDir, {recursive: true, force: true, maxRetries: 3});
  };
  try {
    await mkdir(logDir, {recursive: true});
    await removeOldLogs(logDir, specs);
    const supplies = await suppliesFor(workshop, specs);
    network = await Network.make(join(socketDir, 'lan'));
    for (const [index, spec] of specs.entries()) {
      const {firmware, acceleration} = supplies.get(architectureOf(spec))!;
      const disks = await makeDisks(spec, firmware, diskDir, signal);
      const hardware = {...disks, networkSocket: network.path, hardwareAddress: hardwareAddress(index)};
      machines.push(await Machine.make({spec, hardware, acceleration, socketDir, logDir, signal}));
    }
    return {machines, clear};
  } catch (error) {
    await clear();
    throw error;
  }
}

/** What machines of one architecture are made with. */
type Supplies = {readonly firmware?: Firmware; readonly acceleration: Acceleration};

async function suppliesFor(
  workshop: Workshop,
  specs: readonly MachineSpec[],
): Promise<ReadonlyMap<Architecture, Supplies>> {
  const supplies = new Map<Architecture, Supplies>();
  for (const architecture of new Set(specs.map(architectureOf))) {
    const boots = specs.filter((spec) => architectureOf(spec) === architecture).map(({boot}) => boot);
    const direct = boots.flatMap((boot) => (boot.kind === 'direct' ? [boot.direct.kernel] : []))[0];
    const firmware = boots.some(({kind}) => kind === 'firmware')
      ? await findFirmware(architecture)
      : undefined;
    const trial: Trial = firmware === undefined ? {kernel: direct ?? ''} : {firmwareCode: firmware.code};
    const acceleration = await chooseAcceleration(architecture, trial, workshop.signal);
    if (acceleration.kind === 'tcg') {
      const message = slownessNotice(architecture, acceleration);
      workshop.report({kind: 'said', severity: 'warning', message});
    }
    supplies.set(architecture, {acceleration, ...(firmware === undefined ? {} : {firmware})});
  }
  return supplies;
}

function architectureOf(spec: MachineSpec): Architecture {
  return spec.architecture ?? 'x86_64';
}

async function makeDisks(
  spec: MachineSpec,
  firmware: Firmware | undefined,
  dir: string,
  signal: AbortSignal,
) {
  const drives: string[] = [];
  for (const [index, drive] of spec.drives.entries()) {
    drives.push(await makeDrive(dir, `${spec.name}-drive${index}.img`, drive));
  }
  const name = `${spec.name}.qcow2`;
  if (spec.boot.kind === 'direct') {
    const {disk} = spec.boot.direct;
    return disk === undefined ? {drives} : {drives, systemDisk: await makeOverlay(dir, name, disk, signal)};
  }
  const systemDisk = await makeProvingDisk(dir, name, spec.boot.disk, signal);
  const variables = await copyVariables(dir, `${spec.name}-variables.fd`, firmware!.variables);
  return {drives, systemDisk, firmware: {code: firmware!.code, variables}};
}

/** A folder for the disks of this run. Folders that killed runs have left behind are removed. */
async function diskFolder(storeRoot: string): Promise<string> {
  const parent = join(storeRoot, 'machines');
  await mkdir(parent, {recursive: true});
  for (const name of await readdir(parent)) {
    if (!isAlive(Number(name.split('-')[0]))) {
      await rm(join(parent, name), {recursive: true, force: true, maxRetries: 3});
    }
  }
  return mkdtemp(join(parent, `${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function removeOldLogs(logDir: string, specs: readonly MachineSpec[]): Promise<void> {
  for (const {name} of specs) {
    for (const kind of ['console', 'shell', 'qemu'])
      await rm(join(logDir, `${name}-${kind}.log`), {force: true});
  }
}

/** The first without KVM, if there is one. */
export function slowest(all: readonly Acceleration[]): Acceleration {
  return all.find(({kind}) => kind === 'tcg') ?? all[0]!;
}

/** What is known of a machine, as a plain value. */
export function machineReport({spec, architecture, acceleration, boots, logs}: Machine): MachineReport {
  return {name: spec.name, role: spec.role, architecture, acceleration, boots, logs};
}

function summary(
  scenario: Scenario,
  laboratory: Laboratory,
  checks: readonly CheckResult[],
  logDir: string,
  durationMs: number,
): BootReport {
  return {
    version: 1,
    scenario: scenario.name,
    outcome: checks.every((check) => check.outcome === 'passed') ? 'passed' : 'failed',
    acceleration: slowest(laboratory.machines.map(({acceleration}) => acceleration)),
    machines: laboratory.machines.map(machineReport),
    checks,
    durationMs: Math.round(durationMs),
    logDir,
  };
}
