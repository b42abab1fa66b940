// --budget: what is a limit, what is refused by name, and when a limit is kept.
import { describe, expect, it } from 'vitest';
import { judge, parseBudget, verdictText } from '../../../src/cli/budget.ts';
import { UsageError } from '../../../src/cli/verb.ts';

const found = { ms: 25, 'gpu-ms': 20.5, mb: 14.25, dispatches: 31 };

describe('limits', () => {
  it('are read in any order, with blanks', () => {
    expect(parseBudget('dispatches=40, ms=25')).toEqual({ dispatches: 40, ms: 25 });
  });
  it.each([
    ['', 'has ""'],
    ['ms', 'has "ms"'],
    ['time=3', 'one of ms, gpu-ms, mb, dispatches'],
    ['ms=', 'above 0'],
    ['ms=abc', 'above 0'],
    ['ms=-1', 'above 0'],
    ['mb=Infinity', 'above 0'],
    ['ms=1,ms=2', 'twice'],
    ['toString=1', 'one of'],
  ])('%j is refused', (text, words) => {
    expect(() => parseBudget(text)).toThrow(UsageError);
    expect(() => parseBudget(text)).toThrow(words);
  });
  it('are kept up to the figure itself', () => {
    const verdicts = judge(parseBudget('ms=25,mb=14,dispatches=31'), found);
    expect(verdicts.map(({ measure, kept }) => [measure, kept])).toEqual([
      ['ms', true],
      ['mb', false],
      ['dispatches', true],
    ]);
    expect(verdicts.map(verdictText)[1]).toBe('budget BROKEN: mb 14.250 of 14 MB (weights and activations on the GPU)');
  });
});
