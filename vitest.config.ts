// The test tiers, sorted by the hardware they need: `pure` needs none, `gpu` and `lavapipe` need a Vulkan driver for Dawn.
import { availableParallelism } from 'node:os';
import { compileModule } from 'svelte/compiler';
import { defineConfig } from 'vitest/config';

const full = process.env['FULL'] === '1';
const every = 'tests/gpu/**/*.test.ts';
// SwiftShader lacks shader-f16, lavapipe has it. Lavapipe takes 0.1 s and more to compile a kernel, so it runs the tests that
// need half precision; with FULL=1 it runs all.
const halfPrecision = 'tests/gpu/**/*.f16.test.ts';

const gpu = {
  setupFiles: ['tests/gpu/setup.ts'],
  // Dawn gets one process per file: the Vulkan loader reads its driver list once per process, and reads it from the process's
  // own environment, of which a worker thread has a copy only.
  pool: 'forks' as const,
  isolate: true,
  // A software adapter uses every core by itself.
  maxWorkers: 1,
  testTimeout: full ? 600_000 : 120_000,
  hookTimeout: 120_000,
};

/** Classes with runes, compiled as for the page: Svelte's own plugin compiles for a server here. */
const runes = {
  name: 'runes',
  enforce: 'post' as const,
  transform: (code: string, id: string) =>
    id.endsWith('.svelte.ts') ? compileModule(code, { generate: 'client', filename: id }).js : undefined,
};

export default defineConfig({
  test: {
    retry: 0,
    projects: [
      {
        plugins: [runes],
        ssr: { resolve: { conditions: ['browser'] }, noExternal: ['svelte'] },
        test: {
          name: 'pure',
          include: ['tests/pure/**/*.test.ts'],
          testTimeout: full ? 600_000 : 60_000,
          // The files share their modules: most of the time of a file by itself is loading them again.
          isolate: false,
          // Vitest leaves one core to itself; of two, that is half of the machine.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        test: {
          name: 'gpu',
          ...gpu,
          include: [every],
          exclude: [halfPrecision],
          env: { BOTTLENECK_ADAPTER: process.env['BOTTLENECK_ADAPTER'] ?? 'swiftshader' },
        },
      },
      { test: { name: 'compile', include: ['tests/compile/**/*.test.ts'], testTimeout: 240_000 } },
      {
        test: {
          name: 'lavapipe',
          ...gpu,
          include: full ? [every] : ['tests/gpu/rig.test.ts', halfPrecision],
          env: { BOTTLENECK_ADAPTER: 'lavapipe' },
        },
      },
    ],
  },
});
