/** `kbuild conf`: a drop-in for `scripts/kconfig/conf`. */

export {runConf} from './run.ts';
export type {Surroundings} from './surroundings.ts';
