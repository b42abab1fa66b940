// Keeps the page for later visits without a network, and tells when a newer version waits; the page is never reloaded by itself.
import { registerServiceWorker } from '../hosts/trusted-worker.ts';

/** Calls `onUpdate` when a newer version is ready; the function it gets starts that version by reloading the page. */
export async function keepOffline(onUpdate: (apply: () => void) => void): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    const registration = await registerServiceWorker('./sw.js');
    // Playwright, and some privacy settings, answer with nothing.
    if (!registration) return;
    const offer = (worker: ServiceWorker): void =>
      onUpdate(() => {
        navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
        worker.postMessage({ type: 'SKIP_WAITING' });
      });
    if (registration.waiting) offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing;
      worker?.addEventListener('statechange', () => {
        // Without a controller this is the first visit: nothing older is running.
        if (worker.state === 'installed' && navigator.serviceWorker.controller) offer(worker);
      });
    });
  } catch {
    // Private windows and blocked storage: the page works, only not offline.
  }
}
