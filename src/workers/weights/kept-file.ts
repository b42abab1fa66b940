// Large files of the page's own folder: kept at their first use, so that they are there offline. The service worker keeps what it sees,
// but on a first visit it does not see the page's requests yet.

/** The service worker's cache of them, by name: vite.config.ts. */
export const largeFiles = 'large-files';

/** As `fetch`; a response that is ok is kept. Storage that is blocked or full keeps nothing and is no failure. */
export async function fetchKept(url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) await keep(url, response.clone()).catch(() => undefined);
  return response;
}

/** The file can be had: it was kept, or there is a connection. */
export async function isAtHand(url: string): Promise<boolean> {
  const { navigator, caches } = globalThis as { navigator?: { readonly onLine: boolean }; caches?: Storage };
  if (navigator?.onLine) return true;
  const cache = await caches?.open(largeFiles).catch(() => undefined);
  return (await cache?.match(url)) !== undefined;
}

/** Of the Cache API what is used: the build, which reads the name, knows no browser's types. */
interface Storage {
  open(name: string): Promise<{
    match(url: string): Promise<unknown>;
    put(url: string, response: Response): Promise<void>;
  }>;
}

async function keep(url: string, response: Response): Promise<void> {
  // Absent on pages that are not secure.
  const storage = (globalThis as { caches?: Storage }).caches;
  const cache = await storage?.open(largeFiles);
  if (cache && !(await cache.match(url))) await cache.put(url, response);
}
