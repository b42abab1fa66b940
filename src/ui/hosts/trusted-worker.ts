// Starts workers under Trusted Types: only scripts of this page's own origin get a trusted URL.
import { debugWords } from '../../workers/engine/debug.ts';

/** The two members of the Trusted Types API that the page needs; TypeScript's DOM library does not know them yet. */
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

const sameOrigin = (url: string): string => {
  const resolved = new URL(url, location.href);
  if (resolved.origin !== location.origin)
    throw new TypeError(`workers come from this page's own origin, not from ${resolved.origin}`);
  return resolved.href;
};

const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
const policy = factory?.createPolicy('app-worker', { createScriptURL: sameOrigin });

/** Starts a module worker. `url` comes from a `?worker&url` import. The worker's name hands the page's `?debug=…` on. */
export function startWorker(url: string, name: string): Worker {
  const trusted = policy ? policy.createScriptURL(url) : sameOrigin(url);
  const words = debugWords(location.search);
  return new Worker(trusted as string, { type: 'module', name: words ? `${name}?debug=${words}` : name });
}

/** Registers the service worker. `url` is relative to the page. */
export function registerServiceWorker(url: string): Promise<ServiceWorkerRegistration | undefined> {
  const trusted = policy ? policy.createScriptURL(url) : sameOrigin(url);
  return navigator.serviceWorker.register(trusted as string);
}
