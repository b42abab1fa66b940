// What the page shows first: the stored document, what the address holds, or MobileNetV2, in that order of building up.
import type { DecodedLink } from '../graph/link.ts';
import type { History } from './history.ts';
import { Session } from './session.svelte.ts';
import type { Address } from './share/address.ts';
import { OWN } from './share/window-bar.ts';

/** MobileNetV2-1.0, a net that everybody knows; the preset of the same name has the same hash. */
export const firstNet = {
  name: 'mobilenetv2_100',
  text: `family efficientnet
input 3x224x224
act relu6

conv       k3 s2 c32
ds         k3    c16
mbconv x2  k3 s2 c24   e6
mbconv x3  k3 s2 c32   e6
mbconv x4  k3 s2 c64   e6
mbconv x3  k3    c96   e6
mbconv x3  k3 s2 c160  e6
mbconv     k3    c320  e6
conv       k1    c1280
pool
linear     c1000
`,
} as const;

/** The session of a fresh page. A link becomes a step on top of the stored document, so that undo leads back to it. */
export function beginSession(stored: History | undefined, link: DecodedLink | undefined): Session {
  const session = new Session(firstNet.name, firstNet.text);
  if (stored) session.restore(stored);
  if (link) arrive(session, link, stored !== undefined);
  return session;
}

/** Opens what a link decoded to, or says why not. The page's own address, read again after a reload, is no arrival. */
export function arrive(session: Session, link: DecodedLink, own: boolean): void {
  if (!link.ok) session.say(link.problem, 'bad');
  else {
    const mine = own && link.document.name === session.name && link.document.text === session.text;
    session.openLink(link.document);
    if (mine) session.keep();
  }
}

/** What "start from empty" opens: the frame that every classifier of these families has, without a block. */
export const emptyNet = { name: 'untitled', text: 'family efficientnet\ninput 3x224x224\n' } as const;

/** After the browser went back or forward, or the user typed a fragment: opens what the address holds now. */
export function followHistory(session: Session, address: Address, state: unknown): void {
  const link = address.read();
  if (!link) return;
  if (link.ok && link.document.name === session.name && link.document.text === session.text) return;
  if (link.ok && state === OWN) session.open(link.document.name, link.document.text, `Back to ${link.document.name}`);
  else arrive(session, link, false);
}
