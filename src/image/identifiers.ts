/** Identifiers that are the same each time the same image is made. */

import {digestOf} from '../base/digest.ts';

/** A UUIDv8 (RFC 9562 §5.8) made of SHA-256 over a digest and what the identifier is for; lower case. */
export function uuidFor(digest: string, purpose: string): string {
  const hex = digestOf(`${digest} ${purpose}`);
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** A FAT volume id: eight hex digits. */
export function volumeIdFor(digest: string): string {
  return digestOf(`${digest} fat volume`).slice(0, 8);
}
