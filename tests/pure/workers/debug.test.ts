// The debug ladder prints what was asked for, does no work for what was not, and takes its words from an address or a worker's name.
import { afterEach, expect, test } from 'vitest';
import { debug, debugWords, startDebug } from '../../../src/workers/engine/debug.ts';

afterEach(() => startDebug('', () => undefined));

test('topics that nobody listens to are not even made', () => {
  const printed: string[] = [];
  startDebug('plan, timing,other', (text) => printed.push(text));
  debug('plan', () => 'a plan');
  debug('wgsl', () => {
    throw new Error('made for nobody');
  });
  debug('timing', () => '1 ms');
  expect(printed).toEqual(['a plan', '1 ms']);
});

test.each([
  ['?debug=plan,wgsl', 'plan,wgsl'],
  ['?theme=dark&debug=timing', 'timing'],
  ['gpu?debug=plan', 'plan'],
  ['gpu', ''],
  ['', ''],
])('%j asks for %j', (address, words) => expect(debugWords(address)).toBe(words));
