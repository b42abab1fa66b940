// UTF-8 in both directions for the pure folders, which have no TextDecoder: strict, so foreign bytes cannot smuggle text.

/** Bytes of a string; a lone surrogate becomes U+FFFD, as in TextEncoder. */
export function utf8Encode(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(bytes);
}

/** Text of `bytes[from, to)`, or the offset of the first byte that is not valid UTF-8 (overlong forms and surrogates included). */
export function utf8Decode(bytes: Uint8Array, from = 0, to = bytes.length): { text: string } | { invalidAt: number } {
  let text = '';
  for (let at = from; at < to;) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      at++;
      continue;
    }
    const length =
      first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
    if (length === 0 || at + length > to) return { invalidAt: at };
    let code = first & (0xff >> (length + 1));
    for (let i = 1; i < length; i++) {
      const next = bytes[at + i] as number;
      if ((next & 0xc0) !== 0x80) return { invalidAt: at };
      code = (code << 6) | (next & 63);
    }
    const overlong = (length === 3 && code < 0x800) || (length === 4 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return { invalidAt: at };
    text += String.fromCodePoint(code);
    at += length;
  }
  return { text };
}

/** Text to be shown: each byte that is not valid UTF-8 becomes U+FFFD. */
export function utf8Shown(bytes: Uint8Array): string {
  let text = '';
  let from = 0;
  while (from < bytes.length) {
    const rest = utf8Decode(bytes, from);
    if ('text' in rest) return text + rest.text;
    const good = utf8Decode(bytes, from, rest.invalidAt);
    text += `${'text' in good ? good.text : ''}\ufffd`;
    from = rest.invalidAt + 1;
  }
  return text;
}
