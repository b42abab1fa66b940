// Texts: their encoding by byte order mark or by its pattern, and what kind of text it is.
import { utf8Decode } from '../../utf8.ts';
import type { FileKind } from './kinds.ts';

export type Decoded = { readonly text: string } | { readonly problem: string };

const utf16 = (bytes: Uint8Array, from: number, little: boolean): string => {
  let text = '';
  for (let i = from; i + 1 < bytes.length; i += 2) {
    const [a, b] = [bytes[i] as number, bytes[i + 1] as number];
    text += String.fromCharCode(little ? a | (b << 8) : (a << 8) | b);
  }
  return text;
};

/** Which UTF-16 the bytes are: by the mark, or, in Latin text without one, by every second byte being zero. */
function utf16Order(bytes: Uint8Array): { little: boolean; from: number } | undefined {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return bytes[2] === 0 && bytes[3] === 0 ? undefined : { little: true, from: 2 };
  if (a === 0xfe && b === 0xff) return { little: false, from: 2 };
  const length = Math.min(bytes.length - (bytes.length % 2), 512);
  if (length < 4) return undefined;
  const zeros: [number, number] = [0, 0];
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeros[i % 2 === 0 ? 0 : 1]++;
  if (zeros[0] === 0 && zeros[1] > 0.4 * length) return { little: true, from: 0 };
  return zeros[1] === 0 && zeros[0] > 0.4 * length ? { little: false, from: 0 } : undefined;
}

/** Text of a file in UTF-8 or UTF-16, without its byte order mark; the problem is the end of a sentence about the file. */
export function decodeText(bytes: Uint8Array): Decoded {
  const order = utf16Order(bytes);
  if (order) return { text: utf16(bytes, order.from, order.little) };
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const decoded = utf8Decode(bytes, from);
  if ('text' in decoded) return decoded;
  return { problem: `is no UTF-8 text (byte ${decoded.invalidAt}); save it as UTF-8 in a text editor` };
}

/** What kind of text it is; undefined where the bytes are no text. `bytes` may be the beginning of a longer file. */
export function textKind(bytes: Uint8Array): FileKind | undefined {
  const decoded = decodeText(wholeCharacters(bytes));
  if ('problem' in decoded) return isEightBit(bytes) ? 'eightBit' : undefined;
  // eslint-disable-next-line no-control-regex -- a text has no control characters but white space (form feed and escape included)
  if (/[\u0000-\u0006\u000e-\u001a\u001c-\u001f]/.test(decoded.text)) return undefined;
  const text = decoded.text.trimStart();
  if (text.startsWith('version https://git-lfs')) return 'lfs';
  if (/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<(!doctype\s+html|html|head|body|script|title|meta)\b/i.test(text))
    return 'html';
  if (/^<svg[\s>]/i.test(text) || (/^<[?!]/.test(text) && /<svg[\s>]/i.test(text))) return 'svg';
  if (/^(<\?xml[^>]*>\s*)?<(Error|ErrorResponse)\b/.test(text)) return 'serverError';
  if (/^(<\?xml[^>]*>\s*)?<net\b/.test(text)) return 'openvino';
  if (/^<[?!a-z]/i.test(text) && />/.test(text)) return 'xml';
  if (/^(Access denied|Entry not found|Repository not found|Not Found|404: Not Found|Invalid username)/i.test(text))
    return 'serverError';
  if (/^\{/.test(text) || /^\[\s*(\{|\[?\s*[-\d"]|\])/.test(text)) return jsonKind(text);
  return /^[\s\S]{0,400}['"](ds|dsa|ir|er|cn|uir|uib|mqa|mha|edge)_[rke]\d/.test(text) ? 'timm' : 'text';
}

/** Mostly ASCII, some letters beyond it, no control characters: Latin-1, Windows-1252 and their like. */
function isEightBit(bytes: Uint8Array): boolean {
  let beyond = 0;
  for (const byte of bytes) {
    if (byte < 9 || (byte > 13 && byte < 32) || byte === 127) return false;
    if (byte > 127) beyond++;
  }
  return beyond < 0.3 * bytes.length;
}

function jsonKind(text: string): FileKind {
  const [, own] = /^\{\s*"format"\s*:\s*"bottleneck-(tuning|run)"/.exec(text) ?? [];
  if (own === 'tuning' || own === 'run') return own;
  if (/['"](ds|ir|er|cn|uir)_r\d/.test(text)) return 'timm';
  if (/^\{\s*"(error|message|detail|errors)"\s*:/i.test(text)) return 'serverError';
  if (/"weight_map"\s*:/.test(text)) return 'indexJson';
  if (/"at_input"\s*:|"salt"\s*:/.test(text)) return 'record';
  if (/"nbformat"\s*:|"cell_type"\s*:/.test(text)) return 'notebook';
  if (/"(architectures?|model_type|num_classes|pretrained_cfg)"\s*:/.test(text)) return 'configJson';
  return 'json';
}

/** Drops the last character of a cut-off UTF-8 text. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  for (let back = 1; back <= 4 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      if (length > back) end = bytes.length - back;
      break;
    }
  }
  return bytes.subarray(0, end);
}
