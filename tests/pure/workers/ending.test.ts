// One end cuts off every call under way and all later ones, and keeps nothing of those that were done before it.
import { expect, test } from 'vitest';
import { Ending } from '../../../src/workers/engine/ending.ts';

test('what is done before the end is as if there were none', async () => {
  const ending = new Ending();
  await expect(ending.before(Promise.resolve(7))).resolves.toBe(7);
  await expect(ending.before(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
});

test('the first end rejects what is under way and what comes later', async () => {
  const ending = new Ending();
  const never = new Promise<never>(() => undefined);
  const under = [ending.before(never), ending.before(never)];
  ending.end(new Error('lost'));
  ending.end(new Error('lost again'));
  for (const call of under) await expect(call).rejects.toThrow(/^lost$/);
  await expect(ending.before(Promise.resolve(7))).rejects.toThrow(/^lost$/);
});

test('a failure after the end is nobody’s', async () => {
  const ending = new Ending();
  let fail: (error: Error) => void = () => undefined;
  const call = ending.before(new Promise<never>((_, reject) => (fail = reject)));
  ending.end(new Error('lost'));
  await expect(call).rejects.toThrow('lost');
  fail(new Error('late'));
  await new Promise((resolve) => setTimeout(resolve));
});
