// The page's promises to the browser (content security, permissions); one place for the build, the preview server and the tests.
import { asksForEmbed } from './state/embed.ts';

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

export const permissionsPolicy = 'camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), serial=()';

/**
 * The `Content-Security-Policy` header for a request of the page. No site may frame the page, whose editor it could have clicked through
 * (clickjacking); every site may frame the embed, which has nothing to be clicked but a link: it reads and writes no stored state, and the
 * second policy, which only narrows the first, keeps it from reaching any server, worker or camera.
 */
export function policyHeader(url: string): string {
  if (!asksForEmbed(url.split('#')[0]?.split('?').slice(1).join('?') ?? ''))
    return `${contentSecurityPolicy}; frame-ancestors 'none'`;
  return `${contentSecurityPolicy}; frame-ancestors *, connect-src 'none'; worker-src 'none'; media-src 'none'`;
}
