// Starts the page: reads the stored document and the address, then mounts; in another page it starts the embed instead.
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { loadHistory } from './state/persistence.ts';
import { Address } from './state/address.ts';
import { isEmbed } from './state/embed.ts';
import { isOwnAddress, windowBar } from './state/window-bar.ts';
import { arrive, beginSession } from './start.ts';

/** The page does not wait longer than this for the browser's storage. */
const STORAGE_MS = 500;

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app element');

// Not awaited: what loads later stands on this very module.
if (isEmbed(window)) void import('./embed/start.ts').then(({ startEmbed }) => startEmbed(target));
else await startPage(target);

async function startPage(target: HTMLElement): Promise<void> {
  const address = new Address(windowBar);
  const link = address.read();
  const loading = loadHistory();
  const stored = await Promise.race([
    loading,
    new Promise<'late'>((resolve) => setTimeout(resolve, STORAGE_MS, 'late')),
  ]);
  const session = beginSession(stored === 'late' ? undefined : stored, link, isOwnAddress());
  mount(App, { target, props: { session, address } });
  performance.mark('first-net');

  if (stored === 'late') {
    const { name, text } = session;
    const history = await loading;
    if (history && session.name === name && session.text === text) {
      session.restore(history);
      if (link) arrive(session, link, isOwnAddress(), true);
    }
  }
}
