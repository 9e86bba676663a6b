/** A QEMU machine: it keeps its disks and its place in the network while its power goes off and on. */

import {type ChildProcess, spawn} from 'node:child_process';
import {appendFileSync} from 'node:fs';
import type {Socket} from 'node:net';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {Architecture} from '../base/architecture.ts';
import {failure, missingTool} from '../base/diagnostic.ts';
import type {Acceleration} from './acceleration.ts';
import {type Board, boards, missingEmulator} from './architecture.ts';
import {type BootMilestones, Console} from './console.ts';
import {Monitor} from './monitor.ts';
import {driveName, type Hardware, qemuArgv} from './qemu.ts';
import {SerialPort} from './serial.ts';
import {Shell, type ShellResult} from './shell.ts';
import type {MachineSpec} from './spec.ts';

/** What `systemctl is-system-running` says of a machine that is up. */
export type UpState = 'running' | 'degraded';

export type MachineLogs = {readonly console: string; readonly shell: string; readonly qemu: string};

/** How long to wait for a machine: a slow one goes on talking, a hung one is silent. */
export type Patience = {
  /** Without a word on the console. */
  readonly silenceMs: number;
  /** In all. */
  readonly limitMs: number;
};

/** One stretch of time with the power on. */
type PowerOn = {
  readonly child: ChildProcess;
  readonly console: Console;
  readonly ended: Promise<void>;
  readonly shell: Shell;
  readonly monitor: Monitor;
  /** Resolves when something comes out of the shell's port after the kernel has started. */
  readonly prompted: Promise<void>;
};

type Plan = {
  readonly spec: MachineSpec;
  readonly hardware: Omit<Hardware, 'consoleSocket' | 'shellSocket' | 'monitorSocket' | 'consoleLog'>;
  readonly acceleration: Acceleration;
  /** A short path: the serial ports are unix sockets in it. */
  readonly socketDir: string;
  readonly logDir: string;
  readonly signal: AbortSignal;
};

type Ports = readonly [console: SerialPort, shell: SerialPort, monitor: SerialPort];

/** Every QEMU of this process; none outlives it. */
const powered = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of powered) child.kill('SIGKILL');
});

/** How long a shell may take to greet us once the first process runs, before its prompt was seen. */
const promptPatienceMs = 20_000;

/** One question to `systemctl is-system-running`, and what it may take a busy machine to answer. */
const upPollSeconds = 20;
const commandMs = 60_000;

/** A kernel has to let go of a drive first: PCIe gives people five seconds to change their mind, and what is under way is ended. */
const pullMs = 180_000;

export class Machine {
  readonly spec: MachineSpec;
  readonly logs: MachineLogs;
  /** One entry for each time the power was switched on. */
  readonly boots: BootMilestones[] = [];
  readonly #plan: Plan;
  readonly #consolePort: SerialPort;
  readonly #shellPort: SerialPort;
  readonly #monitorPort: SerialPort;
  #on: PowerOn | undefined;
  /** The console of the last start, kept when the power is off. */
  #screen: Console | undefined;
  #complaints = '';
  #fault: Error | undefined;

  private constructor(plan: Plan, [consolePort, shellPort, monitorPort]: Ports) {
    this.#plan = plan;
    this.spec = plan.spec;
    this.#consolePort = consolePort;
    this.#shellPort = shellPort;
    this.#monitorPort = monitorPort;
    const log = (kind: string): string => join(plan.logDir, `${plan.spec.name}-${kind}.log`);
    this.logs = {console: log('console'), shell: log('shell'), qemu: log('qemu')};
  }

  /** A machine with its power off. */
  static async make(plan: Plan): Promise<Machine> {
    const socket = (kind: string): string => join(plan.socketDir, `${plan.spec.name}.${kind}`);
    return new Machine(plan, [
      await SerialPort.listen(socket('console')),
      await SerialPort.listen(socket('shell')),
      await SerialPort.listen(socket('monitor')),
    ]);
  }

  get architecture(): Architecture {
    return this.spec.architecture ?? 'x86_64';
  }

  get acceleration(): Acceleration {
    return this.#plan.acceleration;
  }

  get #board(): Board {
    return boards[this.architecture];
  }

  get name(): string {
    return this.spec.name;
  }

  get isOn(): boolean {
    return this.#on !== undefined;
  }

  /** Whether it is off because its own system restarted it: QEMU ends there, since a proof wants no machine that goes round and round. */
  get hasRestarted(): boolean {
    const words = /reboot: (?:Restarting system|machine restart)/;
    return this.#on === undefined && this.lastConsoleLines(3).some((line) => words.test(line));
  }

  /** Switches the power on, and gives once QEMU runs. */
  async start(): Promise<void> {
    this.#plan.signal.throwIfAborted();
    if (this.#on !== undefined) throw failure('machine-is-on', `${this.name} is switched on already`);
    this.#complaints = '';
    this.#fault = undefined;
    const child = this.#spawn();
    powered.add(child);
    const ended = new Promise<void>((resolve) => {
      // Not `exit`: QEMU's last words would be missing.
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    const gone = new AbortController();
    const cut = (): boolean => child.kill('SIGKILL');
    this.#plan.signal.addEventListener('abort', cut, {once: true});
    void ended.then(() => {
      powered.delete(child);
      this.#plan.signal.removeEventListener('abort', cut);
      gone.abort(new Error('ended'));
    });
    const ports = Promise.all([
      this.#consolePort.plugged(gone.signal),
      this.#shellPort.plugged(gone.signal),
      this.#monitorPort.plugged(gone.signal),
    ]).catch(() => undefined);
    const plugged = await ports;
    if (plugged === undefined) throw this.#endedFault('could not be started');
    this.#powerOn(child, ended, plugged);
  }

  #spawn(): ChildProcess {
    const {hardware, acceleration} = this.#plan;
    const argv = qemuArgv(
      this.spec,
      {
        ...hardware,
        consoleSocket: this.#consolePort.path,
        shellSocket: this.#shellPort.path,
        monitorSocket: this.#monitorPort.path,
        consoleLog: this.logs.console,
      },
      acceleration,
    );
    appendFileSync(this.logs.qemu, `${argv.join(' ')}\n`);
    // setpriv sees to it that not even a kbuild that was killed leaves machines behind.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own: Ctrl-C is ours to handle.
      detached: true,
    });
    child.stderr.on('data', (chunk) => {
      appendFileSync(this.logs.qemu, chunk);
      this.#complaints += String(chunk);
      // KVM's internal errors pause the guest for ever.
      if (/KVM internal error/.test(this.#complaints)) child.kill('SIGKILL');
    });
    child.on('error', (error) => {
      this.#complaints += `${error.message}\n`;
    });
    return child;
  }

  #powerOn(
    child: ChildProcess,
    ended: Promise<void>,
    [consoleLine, shellLine, monitorLine]: readonly [Socket, Socket, Socket],
  ): void {
    const screen = new Console();
    this.#screen = screen;
    this.boots.push(screen.milestones);
    consoleLine.setEncoding('utf8');
    consoleLine.on('data', (text) => screen.take(String(text)));
    const prompted = new Promise<void>((resolve) => {
      shellLine.on('data', () => {
        if (screen.stage !== 'firmware') resolve();
      });
    });
    const shell = new Shell(shellLine, shellLine, {
      transcript: (text) => appendFileSync(this.logs.shell, text),
    });
    const on: PowerOn = {
      child,
      console: screen,
      ended,
      shell,
      monitor: new Monitor(monitorLine),
      prompted,
    };
    this.#on = on;
    void ended.then(() => {
      if (this.#on !== on) return;
      this.#on = undefined;
      this.#fault = this.#endedFault(`ended by itself in ${screen.stage}`, screen.lastLines(3));
      shell.close(this.#fault);
    });
  }

  #endedFault(what: string, lines: readonly string[] = []): Error {
    const {signal} = this.#plan;
    if (signal.aborted) return signal.reason as Error;
    if (/ENOENT/.test(this.#complaints)) {
      return missingTool('missing-tool', 'setpriv is not installed', {
        hint: 'install the package util-linux',
      });
    }
    const board = this.#board;
    if (/^setpriv: failed to execute/m.test(this.#complaints)) {
      return missingEmulator(board.program, board.packages.program);
    }
    const words = [...this.#complaints.trim().split('\n').slice(-3), ...lines].filter((line) => line !== '');
    const said = words.length === 0 ? '' : `: ${words.join(' | ')}`;
    return failure('machine-ended', `the machine ${this.name} ${what}${said}`);
  }

  #power(): PowerOn {
    if (this.#on !== undefined) return this.#on;
    throw this.#fault ?? failure('machine-is-off', `the machine ${this.name} is switched off`);
  }

  /** The last lines of the console that are not empty. */
  lastConsoleLines(count: number): readonly string[] {
    return this.#screen?.lastLines(count) ?? [];
  }

  /** Runs a command in the root shell; see `Shell.run`. */
  async run(command: string, options: {timeoutMs?: number} = {}): Promise<ShellResult> {
    return this.#power().shell.run(command, options);
  }

  /** Waits until the root shell answers. */
  async untilShell(patience: Patience): Promise<void> {
    const on = this.#power();
    const leftMs = this.#leftOf(on, patience);
    // Nothing may be typed before: the firmware would take it for keys.
    await this.#untilUserSpace(on, leftMs);
    const late = delay(promptPatienceMs, undefined, {ref: false});
    await Promise.race([on.prompted, on.ended, late]);
    try {
      await on.shell.open(leftMs);
    } catch (error) {
      this.#plan.signal.throwIfAborted();
      throw this.#on === on
        ? this.#hung(on, `the root shell on ${this.#board.ports.shell} does not answer`)
        : error;
    }
    on.console.reach('shellSeconds');
  }

  /** What is left of the patience with a machine, which every word on its console renews. */
  #leftOf(on: PowerOn, {silenceMs, limitMs}: Patience): () => number {
    const end = performance.now() + limitMs;
    return () =>
      on.console.panicked ? 0 : Math.min(end - performance.now(), silenceMs - on.console.silentMs);
  }

  async #untilUserSpace(on: PowerOn, leftMs: () => number): Promise<void> {
    let prompted = false;
    void on.prompted.then(() => {
      prompted = true;
    });
    while (on.console.stage !== 'user space' && !prompted) {
      this.#plan.signal.throwIfAborted();
      if (this.#on !== on) throw this.#fault ?? this.#endedFault('ended');
      if (leftMs() <= 0) throw this.#hung(on, 'no first process in time');
      await Promise.race([on.ended, delay(100)]);
    }
  }

  #hung(on: PowerOn, what: string): Error {
    const lines = on.console.lastLines(8);
    const why = on.console.panicked ? 'the kernel panicked' : what;
    return failure(
      'machine-hung',
      `the machine ${this.name} hangs in ${on.console.stage}: ${why}; its console ${
        lines.length === 0 ? 'is empty' : `ends with:\n${lines.join('\n')}`
      }`,
    );
  }

  /** Waits until user space says it is up, with or without failed units. */
  async untilUp(patience: Patience): Promise<UpState> {
    const on = this.#power();
    const leftMs = this.#leftOf(on, patience);
    await this.untilShell(patience);
    for (;;) {
      // systemd names the jobs it waits for on the console, again and again: only a hang is silent.
      const {output} = await this.run(`timeout ${upPollSeconds} systemctl is-system-running --wait`, {
        timeoutMs: upPollSeconds * 1000 + Math.max(commandMs, leftMs()),
      });
      const state = output.trim();
      if (state === 'running' || state === 'degraded') {
        on.console.reach('readySeconds');
        return state;
      }
      if (state === 'maintenance') throw this.#hung(on, 'it is in the rescue or emergency mode');
      if (leftMs() <= 0) throw this.#hung(on, `still starting: ${await this.#pendingJobs()}`);
      await delay(500);
    }
  }

  async #pendingJobs(): Promise<string> {
    const jobs = await this.run('systemctl list-jobs --no-legend --plain', {timeoutMs: commandMs}).catch(
      () => undefined,
    );
    return jobs?.output.trim().replaceAll(/\s*\n\s*/g, '; ') || 'unknown';
  }

  /** Pulls the plug: QEMU is killed, nothing in the machine is told. */
  async cutPower(): Promise<void> {
    const on = this.#on;
    if (on === undefined) return;
    this.#on = undefined;
    this.#fault = undefined;
    on.child.kill('SIGKILL');
    await on.ended;
    on.shell.close(failure('machine-is-off', `the power of ${this.name} was cut`));
  }

  /** Pulls out a removable drive, by its index among the machine's; see `Guest.pullDrive`. */
  async pullDrive(index: number): Promise<void> {
    await this.#power().monitor.remove(driveName(index), pullMs);
  }

  /** Asks the machine to switch itself off, and waits for that; false when it did not in time. */
  async shutDown(timeoutMs: number): Promise<boolean> {
    const on = this.#power();
    const deadline = performance.now() + timeoutMs;
    await this.run('systemctl --no-block poweroff', {timeoutMs});
    return this.untilOff(Math.max(1, deadline - performance.now()), on);
  }

  /** Waits until the machine has ended by itself; false when it did not in time. */
  async untilOff(
    timeoutMs: number,
    on: {readonly ended: Promise<void>} | undefined = this.#on,
  ): Promise<boolean> {
    if (on === undefined) return true;
    const timer = new AbortController();
    const late = delay(timeoutMs, false, {signal: timer.signal}).catch(() => false);
    const off = await Promise.race([on.ended.then(() => true), late]);
    timer.abort();
    return off;
  }

  /** Cuts the power and gives the serial ports up. */
  async discard(): Promise<void> {
    await this.cutPower();
    await this.#consolePort.close();
    await this.#shellPort.close();
    await this.#monitorPort.close();
  }
}
