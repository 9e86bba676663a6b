/** Texts of the Kconfig engine, which are Latin-1, a character a byte: people are to read what the bytes say. */

/** The same value with all its texts decoded as UTF-8. */
export function readable<Value>(value: Value): Value {
  return decoded(value) as Value;
}

function decoded(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'latin1').toString();
  if (Array.isArray(value)) return value.map(decoded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, decoded(member)]));
}
