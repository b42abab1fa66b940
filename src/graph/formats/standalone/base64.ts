// Bytes as base64 text, for what is written into a page: the pure folders have no btoa.
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += 3 * 4096) {
    let part = '';
    const to = Math.min(bytes.length, from + 3 * 4096);
    for (let i = from; i < to; i += 3) {
      const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      part += letters[word >> 18]! + letters[(word >> 12) & 63]!;
      part += (i + 1 < to ? letters[(word >> 6) & 63]! : '=') + (i + 2 < to ? letters[word & 63]! : '=');
    }
    parts.push(part);
  }
  return parts.join('');
}
