/**
 * What has to be set so that symbols have the values that are demanded of them: the least of it, or the demands and lines
 * of Kconfig that contradict one another.
 */

export {areContradicted, type Contradiction, explainContradiction} from './contradiction.ts';
export type {Demand} from './demand.ts';
export type {Exchange} from './equal-ways.ts';
export type {KconfigLine} from './lines.ts';
export {type Base, type Setting, type Solved, Solver} from './solver.ts';
