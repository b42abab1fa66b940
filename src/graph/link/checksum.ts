// CRC-32 of a link's payload as it is written: a link in which a character was changed on its way opens nothing, instead of another net.

/** CRC-32 (IEEE 802.3, reflected) of ASCII text; it finds every change of up to 32 neighbouring bits, so of any one character. */
export function crc32(text: string, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Eight hex digits: no character of them can stand for another one. */
export const checksum = (payload: string): string => crc32(payload).toString(16).padStart(8, '0');
