// The page's promises to the browser (content security, permissions); one place for the build, the preview server and the tests.

/** Hosts that published weights may come from; a request goes there only on the user's click. */
export const weightHosts = ['https://huggingface.co', 'https://*.hf.co'] as const;

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  `connect-src 'self' ${weightHosts.join(' ')}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html app-worker',
].join('; ');

export const permissionsPolicy = 'camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=()';
