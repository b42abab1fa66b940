// The share link's payload: a whole document (and perhaps a result and a quantization recipe) in a URL fragment, and a decoder that trusts nothing.
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import * as v from 'valibot';
import { calibrationMethods } from '../quant/observers.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { checksum } from './checksum.ts';
import { linkReadings } from './repair.ts';

/** Limits checked before any work (reliability: a 19 kB fragment may inflate to 20 MB). */
export const linkLimits = { fragmentCharacters: 16_384, inflatedBytes: 262_144, nameCharacters: 80 } as const;

/** `2.CHECKSUM.DATA`; links of version 1 are `1.DATA`, whose data alone must say whether it is whole. */
const VERSION = '2';
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
  /** A search that found the net: Search reads it (graph/search/shared.ts). */
  search: v.optional(plain(14_000)),
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
    ...(document.search ? { search: document.search } : {}),
  });
  const data = toBase64Url(deflateSync(strToU8(json), { level: 9 }));
  return `${VERSION}.${checksum(data)}.${data}`;
}

/**
 * Decodes a fragment, or a text in which one stands: what mail and chat programs did to it is undone. Never throws, never does more work
 * than the limits allow, and never interprets what it decodes.
 */
export function decodeLink(text: string): DecodedLink {
  const asItIs = decodeFragment(text);
  if (asItIs.ok) return asItIs;
  let spent = 0;
  /** What is wrong with the likeliest link in the text says more than that the text is none. */
  let likeliest: DecodedLink | undefined = /^\d+\./.test(text) ? asItIs : undefined;
  for (const fragment of linkReadings(text)) {
    // Without a checksum every reading must be unpacked.
    if (fragment.startsWith('1.') && (spent += fragment.length) > mostUnpacked) break;
    if (fragment === text) continue;
    const decoded = decodeFragment(fragment);
    if (decoded.ok) return decoded;
    likeliest ??= decoded;
  }
  return likeliest ?? asItIs;
}

/** The text holds something that begins as a share link does. */
export const holdsLink = (text: string): boolean => !linkReadings(text).next().done;

/** Characters of version 1 that are unpacked in search of the reading that is whole. */
const mostUnpacked = 200_000;

function decodeFragment(fragment: string): DecodedLink {
  const refuse = (problem: string): DecodedLink => ({ ok: false, problem });
  if (fragment.length > linkLimits.fragmentCharacters) {
    return refuse(
      `This link is ${fragment.length.toLocaleString('en-US')} characters long; the limit is 16,384. Ask for the net as a file instead.`,
    );
  }
  const [, version, sum, data] = /^(?:(1)\.|(?:2)\.([0-9a-f]{8})\.)([^.]*)$/s.exec(fragment) ?? [];
  if (data === undefined) {
    const said = /^(\d{1,4})\./.exec(fragment)?.[1];
    if (said === '1' || said === VERSION)
      return refuse('This link is damaged or cut off: its parts are not whole. Check that it was copied whole.');
    return refuse(
      said
        ? `This link is of version ${said}, which this page does not know. Reload to get the newest version of the page.`
        : 'This link does not begin with a version that Bottleneck knows. Check that it was copied whole.',
    );
  }
  if (version === undefined && checksum(data) !== sum) {
    return refuse(
      'This link was changed or cut off on its way: its checksum does not fit its data. Copy it once more from where it was made.',
    );
  }
  const bytes = fromBase64Url(data);
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
