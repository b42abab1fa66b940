// What the page shows first: the stored document, what the address holds, or MobileNetV2, in that order of building up.
import type { DecodedLink } from '../graph/link/link.ts';
import { firstNet } from './state/first-net.ts';
import type { History } from './state/history.ts';
import { Session } from './state/session.svelte.ts';
import type { Address } from './state/address.ts';
import { OWN } from './state/window-bar.ts';

/**
 * The session of a fresh page. A link becomes a step on top of the stored document, so that undo leads back to it.
 * `own`: the page itself wrote the address, which after a reload may be newer than what storage had time for.
 */
export function beginSession(stored: History | undefined, link: DecodedLink | undefined, own = false): Session {
  const session = new Session(firstNet.name, firstNet.text);
  if (stored) session.restore(stored);
  if (link) arrive(session, link, own, stored !== undefined);
  return session;
}

/** Opens what a link decoded to, or says why not. The page's own address, read again after a reload, is no arrival. */
export function arrive(session: Session, link: DecodedLink, own: boolean, restored = false): void {
  if (!link.ok) session.say(link.problem, 'bad');
  else {
    const mine = own || (restored && link.document.name === session.name && link.document.text === session.text);
    session.openLink(link.document);
    if (mine) session.keep();
  }
}

/** After the browser went back or forward, or the user typed a fragment: opens what the address holds now. */
export function followHistory(session: Session, address: Address, state: unknown): void {
  const link = address.read();
  if (!link) return;
  if (link.ok && !session.file && link.document.name === session.name && link.document.text === session.text) return;
  if (link.ok && state === OWN) session.open(link.document.name, link.document.text, `Back to ${link.document.name}`);
  else arrive(session, link, false);
}
