/** What a proof has shown, as a plain value. */

import type {Architecture} from '../base/architecture.ts';
import type {Acceleration} from './acceleration.ts';
import type {BootMilestones} from './console.ts';

export type CheckResult = {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not-run';
  readonly durationMs: number;
  /** One line: what was seen, why it failed, or what it waited for in vain. */
  readonly evidence: string;
  /** For a failed check: outputs and log lines that concern it. */
  readonly details?: readonly CheckDetail[];
};

export type CheckDetail = {readonly title: string; readonly text: string};

export type MachineReport = {
  readonly name: string;
  readonly role: string;
  readonly architecture: Architecture;
  readonly acceleration: Acceleration;
  /** One entry for each time the power was switched on. */
  readonly boots: readonly Readonly<BootMilestones>[];
  readonly logs: {readonly console: string; readonly shell: string; readonly qemu: string};
};

export type BootReport = {
  readonly version: 1;
  readonly scenario: string;
  readonly outcome: 'passed' | 'failed';
  /** Of the first machine without KVM, if there is one. */
  readonly acceleration: Acceleration;
  readonly machines: readonly MachineReport[];
  readonly checks: readonly CheckResult[];
  readonly durationMs: number;
  readonly logDir: string;
};

/** The report as JSON text. */
export function bootReportJson(report: BootReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
