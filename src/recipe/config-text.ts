/** What a .config says, line by line. */

/** Each assigned symbol's value: `n` for `is not set`, strings without their quotes and escapes. */
export function valuesOf(configText: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of configText.split('\n')) {
    const assigned = /^CONFIG_(\w+)=(.*)$/.exec(line);
    const unset = assigned === null ? /^# CONFIG_(\w+) is not set$/.exec(line) : null;
    if (assigned !== null) values.set(assigned[1]!, unquote(assigned[2]!));
    else if (unset !== null) values.set(unset[1]!, 'n');
  }
  return values;
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
}
