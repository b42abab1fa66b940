// Share links: exact round trips, and a corpus of hostile fragments that must each be refused with a sentence, fast.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink, netHash } from '../../../src/graph/link/link.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { calibrationMethods } from '../../../src/graph/quant/observers.ts';
import { randomArchitecture } from '../notation/random-architecture.ts';
import { good, hostileFragments, recipe, result } from './hostile-fragments.ts';
import { cpuMs } from '../cpu-time.ts';

describe('round trip', () => {
  it('keeps any document, with and without a result and a recipe for integers', () => {
    expect(decodeLink(encodeLink(good))).toEqual({ ok: true, document: good });
    expect(decodeLink(encodeLink({ ...good, result }))).toEqual({ ok: true, document: { ...good, result } });
    for (const calibration of calibrationMethods) {
      const document = { ...good, result, recipe: { ...recipe, calibration } };
      expect(decodeLink(encodeLink(document))).toEqual({ ok: true, document });
    }
  });

  it('keeps 1,000 random texts', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~\n\tä-üα-ω–×µ]{0,400}$/u), (text) => {
        expect(decodeLink(encodeLink({ ...good, text }))).toEqual({ ok: true, document: { ...good, text } });
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps 1,000 random nets', () => {
    fc.assert(
      fc.property(randomArchitecture({ maxLines: 12, maxRepeats: 4 }), (architecture) => {
        const text = print(architecture);
        const decoded = decodeLink(encodeLink({ name: 'random', text }));
        expect(decoded.ok && netHash(decoded.document.text)).toBe(netHash(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('hashes as FNV-1a 64 does', () => {
    expect(netHash('')).toBe('cbf29ce484222325');
    expect(netHash('a')).toBe('af63dc4c8601ec8c');
  });
});

describe('hostile fragments', () => {
  it('number 1,100', () => {
    expect(Object.values(hostileFragments).flat()).toHaveLength(1100);
  });

  it.each(Object.entries(hostileFragments))('%s: each refused with a sentence in under 100 ms', (_, fragments) => {
    for (const fragment of fragments) {
      expect(cpuMs(() => decodeLink(fragment))).toBeLessThan(100);
      const decoded = decodeLink(fragment);
      expect(decoded.ok, fragment.slice(0, 60)).toBe(false);
      if (!decoded.ok) expect(decoded.problem).toMatch(/^This link .*\.$/s);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
