// The net that the page opens with is the preset; the empty one lacks nothing but blocks.
import { expect, it } from 'vitest';
import { check } from '../../../src/graph/notation/check.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { emptyNet, firstNet } from '../../../src/ui/state/first-net.ts';

it('opens with the preset, without a problem', () => {
  const preset = resolvePreset(firstNet.name);
  expect('problem' in preset ? preset.problem : preset.text).toBe(firstNet.text);
  expect(check(firstNet.text).problems).toEqual([]);
});

it('starts from empty with nothing wrong but the missing blocks, and the fix for that', () => {
  const { architecture, problems } = check(emptyNet.text);
  expect(architecture.blocks).toEqual([]);
  expect(problems.map(({ fix }) => fix?.label)).toEqual(['Add a stem']);
});
