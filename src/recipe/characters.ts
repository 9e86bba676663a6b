/** Which texts a parameter takes. */

/**
 * What a text of these characters matches: each of them, and ranges such as a-z. One class, so that no text takes long.
 * @throws SyntaxError for a range that ends before it begins
 */
export function characterClass(characters: string): RegExp {
  return new RegExp(`^[${characters}]*$`);
}
