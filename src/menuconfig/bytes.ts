/** Texts of a kernel tree hold each byte as one character (Latin-1); people read and type UTF-8. */

const ascii = /^[\0-\x7f]*$/;
const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
const encoder = new TextEncoder();

/** What people read of a text of the tree; what is not UTF-8 stays as it is. */
export function readable(text: string): string {
  if (ascii.test(text)) return text;
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (text.split('').some((character) => character.charCodeAt(0) > 255)) return text;
  try {
    return decoder.decode(bytes);
  } catch {
    return text;
  }
}

/** What a tree holds of a text that was typed. */
export function bytesOf(text: string): string {
  return ascii.test(text) ? text : String.fromCharCode(...encoder.encode(text));
}
