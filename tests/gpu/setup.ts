// Runs before every GPU test file: starts Dawn on the tier's adapter, and fails each test that leaves a GPU error behind.
import { afterEach, expect } from 'vitest';
import { gpu, takeUncapturedErrors, watchDevices } from './rig.ts';

await watchDevices(await gpu());

afterEach(async () => {
  expect(await takeUncapturedErrors(), 'GPU errors that no error scope caught').toEqual([]);
});
