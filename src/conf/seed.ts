/** The seed of randconfig (set_randconfig_seed of conf.c, Linux 6.1). */

import {parseSigned} from '../kconfig/index.ts';

/** KCONFIG_SEED as strtol reads it in base 0; undefined if there is more or less than a number. */
export function readSeed(text = ''): number | undefined {
  const {value, end} = parseSigned(text, 0);
  return end > 0 && end === text.length ? Number(BigInt.asUintN(32, value)) : undefined;
}

/** A seed from the time in microseconds. */
export function randomSeed(): number {
  const microseconds = BigInt(Math.floor((performance.timeOrigin + performance.now()) * 1000));
  return Number(BigInt.asUintN(32, (microseconds / 1_000_000n + 1n) * ((microseconds % 1_000_000n) + 1n)));
}
