/** What the other rooms use of this one. */

export {type Channel, sshChannel, Unreachable} from './channel.ts';
export {filesOf, wordsOf} from './image-files.ts';
export {askMachines, type MachineAnswer, type MachineTask} from './machines.ts';
export {type Reading, readingsOf, type Seen, scriptFor, type Verdict, type Wish} from './reading.ts';
