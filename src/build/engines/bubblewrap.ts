/** Bubblewrap: namespaces without a daemon or an image. It ends with this process, and all it runs with it. */

import type {ContainerStep} from '../container.ts';
import {commandOf, type Engine, emptyParents, hostName, inMountOrder} from './engine.ts';

/** Runs steps with `bwrap` over the directory of a root file system. */
export function bubblewrapEngine(rootDir: string): Engine {
  return {name: 'bubblewrap', launch: (step) => ({argv: bubblewrapArgv(rootDir, step)})};
}

function bubblewrapArgv(rootDir: string, step: ContainerStep): readonly string[] {
  return [
    'bwrap',
    '--unshare-all',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    '--hostname',
    hostName,
    '--ro-bind',
    rootDir,
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    ...emptyParents(step.mounts).flatMap((path) => ['--tmpfs', path]),
    ...inMountOrder(step.mounts).flatMap(({source, target, readOnly}) => [
      readOnly ? '--ro-bind' : '--bind',
      source,
      target,
    ]),
    '--chdir',
    step.cwd ?? '/',
    '--',
    ...commandOf(step),
  ];
}
