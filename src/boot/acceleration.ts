/**
 * KVM, if it really works. That /dev/kvm can be opened says little: under some hypervisors it opens, runs a few
 * instructions and then stops with an internal error. So what the machines will boot is started with it, and
 * counts as working when it has written its first bytes on the serial port.
 */

import {spawn} from 'node:child_process';
import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {type Architecture, machineArchitecture} from '../base/architecture.ts';
import {boards} from './architecture.ts';

export type Acceleration = {
  readonly kind: 'kvm' | 'tcg';
  /** The model handed to `-cpu`. */
  readonly cpu: string;
  /** Why it is not KVM. */
  readonly reason?: string;
};

const trialMs = 6_000;

/** What to boot in the trial: firmware code, or a kernel. */
export type Trial = {readonly firmwareCode: string} | {readonly kernel: string};

/** KVM where the trial shows that it works; else emulation, with the reason. */
export async function chooseAcceleration(
  architecture: Architecture,
  trial: Trial,
  signal: AbortSignal,
): Promise<Acceleration> {
  const reason = await whyNotKvm(architecture, trial, signal);
  if (reason === undefined) return {kind: 'kvm', cpu: 'host'};
  return {kind: 'tcg', cpu: boards[architecture].emulatedCpu, reason};
}

/** What people have to be told when there is no KVM. */
export function slownessNotice(architecture: Architecture, acceleration: Acceleration): string {
  return `no KVM (${acceleration.reason}): machines of ${architecture} are emulated, which is about ten times slower`;
}

async function whyNotKvm(
  architecture: Architecture,
  trial: Trial,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (architecture !== machineArchitecture()) return `programs of ${architecture} do not run on this machine`;
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? '/dev/kvm does not exist'
      : '/dev/kvm is not yours to open: join the group kvm';
  }
  return tryKvm(architecture, trial, signal);
}

function trialArgv(architecture: Architecture, trial: Trial): readonly string[] {
  const load =
    'kernel' in trial
      ? [
          '-kernel',
          trial.kernel,
          '-append',
          `console=${boards[architecture].ports.console} earlyprintk=ttyS0 panic=-1`,
        ]
      : ['-drive', `if=pflash,format=raw,readonly=on,file=${escapedOption(trial.firmwareCode)}`];
  const machine = ['-machine', `${boards[architecture].machine},accel=kvm`, '-cpu', 'host', '-m', '512'];
  const bare = ['-no-user-config', '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio'];
  return [...bare, ...machine, ...load];
}

async function tryKvm(
  architecture: Architecture,
  trial: Trial,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(boards[architecture].program, trialArgv(architecture, trial), {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let complaint = '';
    const end = (reason: string | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      child.kill('SIGKILL');
      resolve(reason);
    };
    const cancel = (): void => end('cancelled');
    const timer = setTimeout(() => end(`a trial under KVM said nothing in ${trialMs / 1000} s`), trialMs);
    signal.addEventListener('abort', cancel, {once: true});
    child.on('error', () => end('QEMU did not start'));
    child.on('exit', () => end(`a trial under KVM ended: ${firstLine(complaint)}`));
    child.stdout.on('data', () => end(undefined));
    child.stderr.on('data', (chunk) => {
      complaint += String(chunk);
      const error = /KVM internal error[^\n]*|failed to initialize kvm[^\n]*/.exec(complaint)?.[0];
      if (error !== undefined) end(`a trial under KVM failed: ${error}`);
    });
  });
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'no message'
  );
}

/** A file name inside a QEMU option, where a comma is doubled. */
export function escapedOption(text: string): string {
  return text.replaceAll(',', ',,');
}
