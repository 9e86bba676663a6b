/**
 * The walks that fixtures/menuconfig/make-goldens records of the real mconf. Run with a release, it prints what mconf is
 * to be given.
 */

import {type Dialect, linux61, linux72, linux612} from '../../src/kconfig/index.ts';
import {parse} from '../kconfig/tree.ts';
import {Driven} from './driver.ts';
import {type Walk, Walker} from './mconf-walk.ts';
import {network} from './trees.ts';

export const releases: Readonly<Record<string, Dialect>> = {
  '6.1': linux61,
  '6.12': linux612,
  '7.2': linux72,
};

export type GoldenWalk = {readonly walk: Walk; readonly config: string};

/**
 * A walk long enough to come by everything there is, without a .config to begin with. No member of the choice ever becomes
 * invisible: mconf since 6.12 does not always notice that and goes on offering the member, which is gone here.
 */
export function goldenWalk(release: string): GoldenWalk {
  const driven = new Driven(parse(network, releases[release]), '');
  const walk = new Walker(driven, 1).walk(400);
  return {walk, config: driven.menuconfig.config()};
}

if (process.argv[1]?.endsWith('golden-walks.js')) {
  process.stdout.write(`${goldenWalk(process.argv[2]!).walk.input.join('\n')}\n`);
}
