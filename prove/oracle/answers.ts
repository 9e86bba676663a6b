/** Outputs of `$(shell)` commands as the conf-server records them: both sides are given the same. */

import {existsSync, readFileSync} from 'node:fs';

/** Records follow one another: length of the command, length of the output (32 bits each), and both. */
export function readAnswers(file: string): Map<string, string> {
  const answers = new Map<string, string>();
  if (!existsSync(file)) return answers;
  const bytes = readFileSync(file);
  let position = 0;
  while (position + 8 <= bytes.length) {
    const commandEnd = position + 8 + bytes.readUInt32LE(position);
    const end = commandEnd + bytes.readUInt32LE(position + 4);
    answers.set(
      bytes.toString('latin1', position + 8, commandEnd),
      bytes.toString('latin1', commandEnd, end),
    );
    position = end;
  }
  return answers;
}
