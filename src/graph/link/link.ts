// The share link's payload: a whole document (and perhaps a result and a quantization recipe) in a URL fragment, and a decoder that trusts nothing.
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import * as v from 'valibot';
import { calibrationMethods } from '../quant/observers.ts';

/** Limits checked before any work (reliability: a 19 kB fragment may inflate to 20 MB). */
export const linkLimits = { fragmentCharacters: 16_384, inflatedBytes: 262_144, nameCharacters: 80 } as const;

const PREFIX = '1.';
// Characters that are not seen: controls other than tab and line ends, direction overrides, zero-width and tag characters, lone surrogates.
const UNSAFE = /[^\P{C}\t\n\r]|\p{Zl}|\p{Zp}/u;

const plain = (maximum: number) =>
  v.pipe(
    v.string(),
    v.maxLength(maximum),
    v.check((text) => !UNSAFE.test(text), 'hidden or direction-changing characters are not allowed'),
  );
const line = (maximum: number) =>
  v.pipe(
    plain(maximum),
    v.check((text) => !text.includes('\n'), 'must be one line'),
    v.check((text) => !/[<>]/.test(text), 'must not contain markup'),
  );
const ms = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e7));

/** A measurement that travels with a link; the other side shows it beside its own. Times in milliseconds. */
export const sharedResult = v.strictObject({
  /** {@link netHash} of the document that was measured. */
  net: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  /** `random`, or the name and SHA-256 prefix of the checkpoint. */
  weights: line(120),
  adapter: line(120),
  browser: line(80),
  version: line(20),
  precision: v.picklist(['f32', 'f16', 'int8']),
  runs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)),
  medianMs: ms,
  p90Ms: ms,
  gpuMs: v.optional(ms),
  /** Milliseconds per block line, in the document's order. */
  blockMs: v.optional(v.pipe(v.array(ms), v.maxLength(512))),
});
export type SharedResult = v.InferOutput<typeof sharedResult>;

/** How the sender quantized the net: the other side can do the same with its own pictures. */
export const sharedRecipe = v.strictObject({
  calibration: v.picklist(calibrationMethods),
  perChannel: v.boolean(),
  equalized: v.boolean(),
  /** Layers kept in float, by id. */
  float: v.pipe(v.array(line(120)), v.maxLength(512)),
});
export type SharedRecipe = v.InferOutput<typeof sharedRecipe>;

const payload = v.strictObject({
  name: line(linkLimits.nameCharacters),
  text: plain(linkLimits.inflatedBytes),
  result: v.optional(sharedResult),
  recipe: v.optional(sharedRecipe),
});
export type LinkDocument = v.InferOutput<typeof payload>;

export type DecodedLink =
  { readonly ok: true; readonly document: LinkDocument } | { readonly ok: false; readonly problem: string };

/** The fragment without `#`. Deterministic: equal documents give equal links. */
export function encodeLink(document: LinkDocument): string {
  const json = JSON.stringify({
    name: document.name,
    text: document.text,
    ...(document.result ? { result: document.result } : {}),
    ...(document.recipe ? { recipe: document.recipe } : {}),
  });
  return PREFIX + toBase64Url(deflateSync(strToU8(json), { level: 9 }));
}

/** Decodes a fragment. Never throws, never does more work than the limits allow, and never interprets what it decodes. */
export function decodeLink(fragment: string): DecodedLink {
  const refuse = (problem: string): DecodedLink => ({ ok: false, problem });
  if (fragment.length > linkLimits.fragmentCharacters) {
    return refuse(
      `This link is ${fragment.length.toLocaleString('en-US')} characters long; the limit is 16,384. Ask for the net as a file instead.`,
    );
  }
  if (!fragment.startsWith(PREFIX)) {
    const version = /^(\d{1,4})\./.exec(fragment)?.[1];
    return refuse(
      version
        ? `This link is of version ${version}, which this page does not know. Reload to get the newest version of the page.`
        : 'This link does not begin with a version that Bottleneck knows. Check that it was copied whole.',
    );
  }
  const bytes = fromBase64Url(fragment.slice(PREFIX.length));
  if (!bytes) return refuse('This link contains characters that no share link has. Check that it was copied whole.');
  const inflated = inflateCapped(bytes);
  if (inflated === 'too large')
    return refuse('This link unpacks to more than 256 kB, which no net needs. It was not opened.');
  if (inflated === 'broken')
    return refuse('This link is damaged or cut off: its data does not unpack. Check that it was copied whole.');
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(inflated));
  } catch {
    return refuse('This link is damaged: its content is not readable. Check that it was copied whole.');
  }
  const parsed = v.safeParse(payload, json, { abortEarly: true });
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const where = v.getDotPath(issue);
    return refuse(
      `This link holds something that a net cannot have${where ? ` (at "${where.slice(0, 40)}")` : ''}. It was not opened.`,
    );
  }
  return { ok: true, document: parsed.output };
}

/** 64-bit FNV-1a of a canonical architecture text, 16 hex digits: the identity of a net in links and results. */
export function netHash(canonicalText: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of strToU8(canonicalText)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}

function inflateCapped(bytes: Uint8Array): Uint8Array | 'too large' | 'broken' {
  const parts: Uint8Array[] = [];
  let size = 0;
  let finished = false;
  const stream = new Inflate((chunk, final) => {
    size += chunk.length;
    if (size > linkLimits.inflatedBytes) throw new RangeError('too large');
    parts.push(chunk);
    finished = final;
  });
  try {
    // Small pieces bound how far a bomb can get before the cap is checked.
    for (let at = 0; at < bytes.length; at += 256) stream.push(bytes.subarray(at, at + 256), at + 256 >= bytes.length);
  } catch (error) {
    return error instanceof RangeError && error.message === 'too large' ? 'too large' : 'broken';
  }
  if (!finished) return 'broken';
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** UTF-8 decoding that refuses malformed input instead of replacing it. */
function decodeUtf8(bytes: Uint8Array): string {
  const text = strFromU8(bytes);
  const again = strToU8(text);
  if (again.length !== bytes.length || again.some((byte, index) => byte !== bytes[index])) throw new Error('not UTF-8');
  return text;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at] as number, bytes[at + 1], bytes[at + 2]];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63);
    if (b !== undefined) text += ALPHABET.charAt((word >> 6) & 63);
    if (c !== undefined) text += ALPHABET.charAt(word & 63);
  }
  return text;
}

function fromBase64Url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let to = 0;
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[to++] = (word >> bits) & 0xff;
    }
  }
  return bytes;
}
