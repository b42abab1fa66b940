// The end-to-end tests: the built page in the system's Chromium, without an adapter and, under e2e/gpu and e2e/engine, on SwiftShader.
import { register } from 'node:module';
import { defineConfig } from '@playwright/test';
import { findChromium } from './bin/chromium.mjs';

register('./e2e/raw-text.mjs', import.meta.url);

const port = Number(process.env['E2E_PORT'] ?? 4319);
/** Folder of the build under test; another one keeps two runs on one machine apart. */
const folder = process.env['E2E_DIST'] ?? 'dist';
/** `npm test` has just built the page; alone, the tests build it first. */
const build = process.env['E2E_BUILT']
  ? ''
  : `node node_modules/vite/bin/vite.js build --logLevel warn --outDir ${folder} && `;

const launch = (...flags: string[]) => ({ executablePath: findChromium(), args: ['--no-sandbox', ...flags] });

/** Tests of how long something takes: nothing runs beside them. */
const timed = 'quick.spec.ts';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // A software adapter uses every core by itself.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: `http://localhost:${port}/`,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    // The offline test asks for service workers; elsewhere they would fetch the page a second time.
    serviceWorkers: 'block',
    permissions: ['clipboard-read', 'clipboard-write'],
  },
  // A software adapter takes the processor from the page, so only what is about the GPU runs with one.
  projects: [
    { name: 'page', testIgnore: ['gpu/**', 'engine/**', timed], use: { launchOptions: launch() } },
    { name: 'timed', testMatch: timed, use: { launchOptions: launch() } },
    {
      name: 'gpu',
      testMatch: ['gpu/**/*.spec.ts', 'engine/**/*.spec.ts'],
      use: { launchOptions: launch('--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader') },
    },
  ],
  webServer: {
    command: `${build}node node_modules/vite/bin/vite.js preview --outDir ${folder} --port ${port} --strictPort`,
    url: `http://localhost:${port}/`,
    reuseExistingServer: false,
    timeout: 180_000,
  },
});
