// F44: colours by time stay by time after an edit: the times of before it stand in, marked as old, until the new ones come.
import { expect, test } from 'vitest';
import { Session } from '../../../src/ui/state/session.svelte.ts';
import { HeldTimes } from '../../../src/ui/views/net/held-times.svelte.ts';
import { timedNet } from './profile/timed-net.ts';

const text = `family efficientnet
input 3x32x32
act relu6
conv       k3 s2 c16
mbconv x2  k3    c16 e4
pool
linear     c10
`;

test('after a line is taken out the lines behind it keep their own times under their new names', () => {
  const lines = text.replace('pool', 'mbconv     k3    c32 e6\nmbconv     k5    c48 e2\npool');
  const session = new Session('small', lines);
  const held = new HeldTimes(session);
  const { record, plan } = timedNet(lines);
  session.measurements.keep({ record: { ...record, hash: session.hash }, plan });
  const before = held.times!.ms;
  session.selectLines([2]);
  session.deleteSelected();
  expect(session.graph!.nodes.some(({ id }) => id.startsWith('blocks.2.'))).toBe(false);
  const now = held.times!.ms;
  expect(now.get('blocks.1.0.conv_dw')).toBe(before.get('blocks.2.0.conv_dw'));
  expect(now.get('blocks.1.0.conv_dw')).not.toBe(before.get('blocks.1.0.conv_dw'));
  expect(now.get('blocks.0.1.conv_dw')).toBe(before.get('blocks.0.1.conv_dw'));
});

test('times outlive an edit, not the opening of another net', () => {
  const session = new Session('small', text);
  const held = new HeldTimes(session);
  const measure = (source: string): void => {
    const { record, plan } = timedNet(source);
    session.measurements.keep({ record: { ...record, hash: session.hash }, plan });
  };
  expect([held.times, held.old]).toEqual([undefined, false]);
  measure(text);
  const before = held.times;
  expect(before).toBe(session.times);
  expect(before?.ms.get('blocks.0.0.conv_dw')).toBeGreaterThan(0);
  expect(held.old).toBe(false);

  session.setArgument(1, 'k', 5);
  expect(session.times).toBeUndefined();
  expect([held.times, held.old]).toEqual([before, true]);
  session.setArgument(1, 'e', 3);
  expect(held.times).toBe(before);
  measure(session.text);
  expect(held.times).toBe(session.times);
  expect(held.times).not.toBe(before);
  expect(held.old).toBe(false);

  session.open('another', text.replace('c10', 'c20'));
  expect([held.times, held.old]).toEqual([undefined, false]);
});
