/** A root file system without packages: the directories of one, over which this machine's /usr is mounted. */

import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {captureStep} from '../../../src/base/process.ts';
import type {Builder, ContainerStep, Mount} from '../../../src/build/container.ts';
import {bubblewrapEngine} from '../../../src/build/engines/bubblewrap.ts';
import {captureIn, type Engine, runIn} from '../../../src/build/engines/engine.ts';
import {temporaryDirectory} from './workshop.ts';

export const usr: Mount = {source: '/usr', target: '/usr', readOnly: true};

export function hostRoot(t: ExecutionContext): string {
  const root = temporaryDirectory(t);
  const directories = [
    'usr',
    'proc',
    'sys',
    'dev',
    'tmp',
    'run',
    'etc',
    'src',
    'build',
    'out',
    'cache',
    'in',
  ];
  for (const name of directories) mkdirSync(join(root, name));
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  for (const file of ['etc/hosts', 'etc/hostname', 'etc/resolv.conf', 'run/.containerenv'])
    writeFileSync(join(root, file), '');
  return root;
}

/** Whether a program can be started here and ends well. */
export async function runs(...argv: string[]): Promise<boolean> {
  return (await captureStep(argv)).outcome === 'ok';
}

/** Bubblewrap with this machine's /usr, as the builder of tests. */
export function hostBuilder(t: ExecutionContext): Builder {
  const engine: Engine = bubblewrapEngine(hostRoot(t));
  const withUsr = (step: ContainerStep): ContainerStep => ({...step, mounts: [usr, ...step.mounts]});
  return {
    digest: '0'.repeat(64),
    run: (step) => runIn(engine, withUsr(step)),
    capture: (step) => captureIn(engine, withUsr(step)),
  };
}
