// The test tiers, sorted by the hardware they need: `pure` needs none, `gpu` and `lavapipe` need a Vulkan driver for Dawn.
import { defineConfig } from 'vitest/config';

const gpu = {
  include: ['tests/gpu/**/*.test.ts'],
  setupFiles: ['tests/gpu/setup.ts'],
  // Dawn lives in one process per file: the Vulkan loader reads its driver list once per process, and a driver's threads
  // do not survive the end of a worker thread.
  pool: 'forks' as const,
  isolate: true,
  // A software adapter uses every core by itself.
  maxWorkers: 1,
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    retry: 0,
    projects: [
      { test: { name: 'pure', include: ['tests/pure/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: { name: 'gpu', ...gpu, env: { BOTTLENECK_ADAPTER: process.env['BOTTLENECK_ADAPTER'] ?? 'swiftshader' } },
      },
      { test: { name: 'lavapipe', ...gpu, env: { BOTTLENECK_ADAPTER: 'lavapipe' } } },
    ],
  },
});
