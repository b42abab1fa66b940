// The page's build: Svelte under src/ui, entered by index.html; static files from public/, the same policy in the built page, in preview and in the suite.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { opsDescribed } from './bin/ops-described.ts';
import { largeFiles } from './src/workers/weights/kept-file.ts';
import { contentSecurityPolicy, permissionsPolicy, policyHeader } from './src/ui/page-policy.ts';

/** How long each plugin took is for who changes the build, not for who starts the page. */
const quiet = { checks: { pluginTimings: false } };

/** One file of what the first paint needs compresses a tenth better than the fifty that views loaded later would cut it into. */
const firstLoad = { name: 'first', tags: ['$initial' as const], test: /\.(ts|js|mjs|svelte)/ };

const headers = {
  'Permissions-Policy': permissionsPolicy,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Writes the policy into the built page, so that it holds on hosts that send no headers. The dev server's own scripts need more. */
const policyInPage: Plugin = {
  name: 'policy-in-page',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

/** Other sites may frame the embed (?embed) and nothing else, so this header goes by the request's address. */
const policyInHeader: Plugin = {
  name: 'policy-in-header',
  configurePreviewServer: ({ middlewares }) => {
    middlewares.use((request, response, next) => {
      response.setHeader('Content-Security-Policy', policyHeader(request.url ?? ''));
      next();
    });
  },
};

/** Offline after the first visit. Weights and WebAssembly are large: they are kept once they were used. */
const offline = VitePWA({
  registerType: 'prompt',
  // src/ui/frame/offline.ts registers it, through the page's Trusted Types policy.
  injectRegister: false,
  manifest: {
    name: 'Bottleneck',
    short_name: 'Bottleneck',
    description: 'Build a mobile vision net block by block, run it on your own GPU, see what every layer costs.',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#0f1218',
    theme_color: '#161a22',
    icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
  },
  workbox: {
    globPatterns: ['**/*.{js,css,html,svg,txt,json,jpg}'],
    // The runtimes of others are for a race, which needs the site once.
    globIgnores: ['models/**', 'assets/{race.worker,tfjs,ort-w,litert}*'],
    // The worker obeys the page's policy: it may not fetch scripts from strings.
    inlineWorkboxRuntime: true,
    sourcemap: false,
    cleanupOutdatedCaches: true,
    navigateFallback: 'index.html',
    // The stored page carries the header that forbids frames.
    navigateFallbackDenylist: [/[?&]embed(?:[=&]|$)/],
    runtimeCaching: [
      {
        urlPattern: ({ sameOrigin, url }) => sameOrigin && /\/models\/|\.wasm$/.test(url.pathname),
        handler: 'CacheFirst',
        options: { cacheName: largeFiles, cacheableResponse: { statuses: [200] } },
      },
    ],
  },
});

export default defineConfig({
  base: './',
  plugins: [svelte(), opsDescribed, policyInPage, policyInHeader, offline],
  worker: { format: 'es', rolldownOptions: quiet },
  build: {
    outDir: 'dist',

    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { ...quiet, output: { codeSplitting: { groups: [firstLoad] } } },
  },
  preview: { headers },
  server: { headers },
});
