/** What the other rooms use of this one. */

export {svgOf} from './svg.ts';
export {type Fact, type PicturedMachine, type System, systemOf} from './system.ts';
