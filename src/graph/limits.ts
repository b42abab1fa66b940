// Caps that no text can pass, so that a pasted or shared document never costs more than a moment; each is checked before the work it bounds.

export const limits = {
  /** UTF-8 bytes of a document. */
  textBytes: 262_144,
  /** Blocks after repeats and depth scaling. */
  blocks: 512,
  /** Channels of any feature map or token. */
  channels: 8_192,
  /** Kernel size, per side. */
  kernel: 31,
  /** Height or width of the input, in pixels. */
  side: 2_048,
  /** Samples of a wave: a minute at 16 kHz. */
  samples: 960_000,
  /** Trainable parameters of the net. */
  parameters: 500_000_000,
  /** Width and depth multipliers. */
  multiplier: 16,
  /** Words and arguments on one line. */
  lineTokens: 64,
  /** Numbers of one list argument (`k3.5.7`). */
  listLength: 8,
  /** Names of one list (`from=a,b`). */
  names: 16,
  /** Any numeric argument whose block names no maximum. */
  argument: 1_000_000,
  /** Reading stops here; a text with more mistakes is not an architecture. */
  problems: 200,
} as const;

/** UTF-8 bytes of a text; a lone surrogate counts 3, as its replacement character. Stops counting beyond `enough`. */
export function utf8Bytes(text: string, enough: number): number {
  if (text.length > enough) return text.length;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const pair = code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (pair) i++;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : pair ? 4 : 3;
  }
  return bytes;
}

/** 500000000 → `500,000,000`: the way every message writes a large count. */
export const withCommas = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
