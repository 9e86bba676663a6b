/** What the other rooms use of this one. */

export type {Acceleration} from './acceleration.ts';
export {boards, requireBoard} from './architecture.ts';
export {proofCodeDigest} from './code-digest.ts';
export type {BootMilestones} from './console.ts';
export {findHeld, type HeldMachine, type HeldMachines, holdMachines} from './held.ts';
export {junitXml} from './junit.ts';
export {
  checkLine,
  findScenario,
  type Laboratory,
  machineReport,
  type ProofRequest,
  runScenario,
  scenarios,
  slowest,
  startMachines,
} from './proof.ts';
export {
  type BootReport,
  bootReportJson,
  type CheckDetail,
  type CheckResult,
  type MachineReport,
} from './report.ts';
export {
  type Check,
  type Guest,
  type Link,
  machinesOf,
  type Scenario,
  usualMemoryMiB,
} from './scenario.ts';
export {failedUnits} from './scenarios/machines.ts';
export type {DirectBoot, DiskImage, Drive, MachineSpec} from './spec.ts';
