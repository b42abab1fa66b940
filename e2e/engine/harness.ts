// What the engine's browser tests start from: a page with the product's client and worker and nothing else, served from memory.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { rawText } from '../../bin/bundle.mjs';
import { crashPath } from './browser/hooks.ts';
import type { Calls } from './browser/page.ts';

export { expect } from '@playwright/test';

export const full = process.env['FULL'] === '1';

/** Kills the browser's GPU process. */
type Crash = () => Promise<void>;

interface Site {
  readonly url: string;
  /** Answers the page's requests for a crash. */
  onCrash: Crash;
}

export interface EngineRig {
  readonly page: Page;
  /** Calls a function of browser/page.ts there. */
  call<K extends keyof Calls>(name: K, ...words: Parameters<Calls[K]>): Promise<Awaited<ReturnType<Calls[K]>>>;
  /** Process id of the browser's GPU process. */
  gpuProcess(): Promise<number>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const html = '<!doctype html><meta charset="utf-8"><title>engine</title><script type="module" src="/page.js"></script>';

async function bundles(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['page', 'worker'].map((name) => `e2e/engine/browser/${name}.ts`),
    outdir: '.',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    plugins: [rawText],
    logLevel: 'error',
  });
  return new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]));
}

export const test = base.extend<{ engine: EngineRig }, { site: Site }>({
  // Chromium gives WebGPU up after a few crashes unless told otherwise. SwiftShader clears workgroup memory by one store a number,
  // all unrolled: 1.5 s of compilation for 14 KiB; Dawn's own loop takes milliseconds.
  launchOptions: [
    async ({ launchOptions }, use) =>
      use({
        ...launchOptions,
        args: [
          ...(launchOptions.args ?? []),
          '--disable-gpu-process-crash-limit',
          '--disable-domain-blocking-for-3d-apis',
          '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
        ],
      }),
    { scope: 'worker' },
  ],

  site: [
    // Playwright wants the first parameter destructured.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const scripts = await bundles();
      const site: Site = { url: '', onCrash: () => Promise.reject(new Error('no test is under way')) };
      const server = createServer((request, response) => {
        const path = request.url ?? '';
        const script = scripts.get(path);
        if (path === '/') response.setHeader('Content-Type', 'text/html').end(html);
        else if (script !== undefined) response.setHeader('Content-Type', 'text/javascript').end(script);
        else if (path === crashPath)
          site.onCrash().then(
            () => response.writeHead(204).end(),
            (error: unknown) => response.writeHead(500).end(String(error)),
          );
        else response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      await use(Object.assign(site, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }));
      server.closeAllConnections();
      server.close();
    },
    { scope: 'worker' },
  ],

  engine: async ({ page, browser, site }, use) => {
    const devtools = await browser.newBrowserCDPSession();
    site.onCrash = async () => void (await devtools.send('Browser.crashGpuProcess'));
    const uncaught: string[] = [];
    page.on('pageerror', (error) => uncaught.push(error.message));
    await page.goto(site.url);
    await page.waitForFunction(() => 'calls' in globalThis);
    const call: EngineRig['call'] = (name, ...words) =>
      page.evaluate(
        ([name, words]) =>
          (globalThis as unknown as { calls: Record<string, (...words: unknown[]) => never> }).calls[name]?.(
            ...words,
          ) as never,
        [name, words] as const,
      );
    await use({
      page,
      call,
      gpuProcess: async () => {
        const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
        return processInfo.find(({ type }) => type === 'GPU')?.id as number;
      },
    });
    expect((await call('findings')).gpuErrors, 'GPU errors that no scope caught').toEqual([]);
    expect(uncaught).toEqual([]);
    await devtools.detach();
  },
});
