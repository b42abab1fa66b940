// The page's build: Svelte under src/ui, static files from public/, the same headers in dev, preview and the suite.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { contentSecurityPolicy, permissionsPolicy } from './src/ui/page-policy.ts';

const headers = {
  'Permissions-Policy': permissionsPolicy,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export default defineConfig({
  root: 'src/ui',
  publicDir: '../../public',
  base: './',
  plugins: [svelte()],
  worker: { format: 'es' },
  build: { outDir: '../../dist', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  preview: { headers: { ...headers, 'Content-Security-Policy': `${contentSecurityPolicy}; frame-ancestors 'none'` } },
  server: { headers },
});
