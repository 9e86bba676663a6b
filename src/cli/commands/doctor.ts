/** `kbuild doctor`: what this machine has for the work, what it lacks, and what would help. */

import {mkdir, statfs} from 'node:fs/promises';
import {availableParallelism, totalmem} from 'node:os';
import {type Command, Option} from 'commander';
import {type Architecture, architectures} from '../../base/architecture.ts';
import {exitCode, KbuildError} from '../../base/diagnostic.ts';
import {captureStep} from '../../base/process.ts';
import {chooseAcceleration} from '../../boot/acceleration.ts';
import {boards, findFirmware} from '../../boot/architecture.ts';
import {type CommonOptions, newCommand, respond, type Surroundings} from '../command.ts';
import {formatBytes} from '../terminal.ts';
import {isInstalled, missingTools, requiredTools} from '../tools.ts';
import {storeRoot} from '../workshop.ts';

type Finding = {
  readonly subject: string;
  /** `lacking` hinders the work, `weak` slows or narrows it. */
  readonly state: 'fine' | 'weak' | 'lacking';
  readonly words: string;
};

type Options = CommonOptions & {readonly arch: Architecture};

export function doctorCommand(surroundings: Surroundings): Command {
  const command = newCommand('doctor', 'Say what this machine has and lacks', [
    'kbuild doctor',
    'kbuild doctor --arch arm64 --json',
  ]);
  command.addOption(
    new Option('--arch <arch>', 'the machines that are to be booted')
      .choices(architectures)
      .default('x86_64'),
  );
  return command.action(async (options: Options) => {
    const {terminal} = surroundings;
    const findings = (
      await Promise.all([
        tools(surroundings, options.arch),
        engines(surroundings),
        acceleration(surroundings, options.arch),
        room(surroundings),
      ])
    ).flat();
    const lacking = findings.filter(({state}) => state === 'lacking');
    const marks = {
      fine: terminal.paint('green', 'ok     '),
      weak: terminal.paint('yellow', 'note   '),
      lacking: terminal.paint('red', 'missing'),
    };
    const lines = findings.map(
      ({subject, state, words}) => `${marks[state]} ${subject.padEnd(12)} ${words}\n`,
    );
    if (lacking.length === 0) {
      respond(terminal, 'doctor', options, {value: {findings}, result: lines.join('')});
      return;
    }
    if (!options.json) terminal.stdout.write(lines.join(''));
    throw new KbuildError(
      exitCode.missingTool,
      ...lacking.map(({subject, words}) => ({
        severity: 'error' as const,
        code: 'missing-tool',
        message: `${subject}: ${words}`,
      })),
    );
  });
}

async function tools({environment}: Surroundings, arch: Architecture): Promise<readonly Finding[]> {
  const missing = await missingTools(arch, environment);
  if (missing.length === 0) {
    return [
      {
        subject: 'tools',
        state: 'fine',
        words: requiredTools(arch)
          .map(({name}) => name)
          .join(', '),
      },
    ];
  }
  const packages = [...new Set(missing.map((tool) => tool.package))].join(' ');
  return [
    ...missing.map(
      (tool): Finding => ({
        subject: tool.name,
        state: 'lacking',
        words: `${tool.purpose}; package ${tool.package}`,
      }),
    ),
    {subject: 'to install', state: 'weak', words: `apt-get install ${packages}`},
  ];
}

/** A command that shows that an engine runs, and not only that its client is installed. */
const engineTrials = {
  podman: ['podman', 'info', '--format', '{{.Host.OCIRuntime.Name}}'],
  docker: ['docker', 'version', '--format', '{{.Server.Version}}'],
  bubblewrap: ['bwrap', '--unshare-all', '--ro-bind', '/', '/', '--dev', '/dev', 'true'],
} as const;

async function engines({environment, signal}: Surroundings): Promise<readonly Finding[]> {
  const trials = await Promise.all(
    Object.entries(engineTrials).map(async ([engine, argv]) => {
      if (!(await isInstalled(argv[0], environment))) return {engine, works: false, words: 'not installed'};
      const trial = await captureStep(argv, {timeoutMs: 10_000, signal});
      const works = trial.outcome === 'ok';
      const complaint = trial.stderr.trim().split('\n').at(-1) ?? '';
      return {engine, works, words: works ? 'works' : `installed, but does not run: ${complaint}`};
    }),
  );
  const none = trials.every(({works}) => !works);
  return trials.map(({engine, works, words}) => ({
    subject: engine,
    state: works ? 'fine' : none && engine === 'bubblewrap' ? 'lacking' : 'weak',
    words,
  }));
}

async function acceleration(
  {signal, environment}: Surroundings,
  arch: Architecture,
): Promise<readonly Finding[]> {
  const missing = await missingTools(arch, environment);
  // Without QEMU or firmware there is nothing to try it with; `tools` says so.
  if (
    missing.some(
      ({files, name}) => files?.includes(boards[arch].firmware[0]!.code) || name === boards[arch].program,
    )
  )
    return [];
  const {code: firmwareCode} = await findFirmware(arch);
  const {kind, reason} = await chooseAcceleration(arch, {firmwareCode}, signal);
  return [
    kind === 'kvm'
      ? {subject: 'KVM', state: 'fine', words: 'works'}
      : {subject: 'KVM', state: 'weak', words: `${reason}; machines are emulated, about ten times slower`},
  ];
}

/** A kernel build, two root file systems and their images, with room to move. */
const comfortableBytes = 20e9;

async function room(surroundings: Surroundings): Promise<readonly Finding[]> {
  const root = storeRoot(surroundings);
  await mkdir(root, {recursive: true});
  const {bavail, bsize} = await statfs(root);
  const free = bavail * bsize;
  return [
    {
      subject: 'disk',
      state: free < comfortableBytes ? 'weak' : 'fine',
      words: `${formatBytes(free)} free in ${root} (KBUILD_CACHE); ${formatBytes(comfortableBytes)} are comfortable`,
    },
    {
      subject: 'machine',
      state: 'fine',
      words: `${availableParallelism()} processors, ${formatBytes(totalmem())} of memory, Node ${process.versions.node}`,
    },
  ];
}
