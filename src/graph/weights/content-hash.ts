// Identity of a net's weights by their values: the same numbers are the same checkpoint, in whatever file, precision or order they were saved.
import type { Params } from '../ir/graph.ts';

/**
 * 64 bits of the values as float32 and of the names, 16 hex digits: two lanes of MurmurHash3's 32-bit mixing with different seeds.
 * Half precision that was widened hashes as the original; narrowing changes values, and so the hash.
 */
export function contentHash(params: Params): string {
  let [a, b] = [0x9747b28c, 0x3c6ef372];
  const mix = (word: number): void => {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    a ^= Math.imul(k, 0x1b873593);
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    k = Math.imul(word ^ b, 0x85ebca6b);
    b = (Math.imul((k << 11) | (k >>> 21), 0xc2b2ae35) + a) | 0;
  };
  for (const name of [...params.keys()].sort()) {
    for (let i = 0; i < name.length; i++) mix(name.charCodeAt(i));
    const values = params.get(name) as Float32Array;
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < words.length; i++) mix(words[i] as number);
  }
  return [a, b].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}
