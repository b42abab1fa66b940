// What the embed shows of an address: its net, or a sentence.
import { decodeLink } from '../../graph/link/link.ts';
import type { Session } from '../state/session.svelte.ts';

/** Opens what a fragment holds; what cannot be opened leaves no net behind, and says why. */
export function openFragment(session: Session, fragment: string): void {
  session.notice = undefined;
  const link = fragment === '' ? undefined : decodeLink(fragment);
  if (link?.ok) session.openLink(link.document);
  else {
    session.open('', '');
    session.say(link?.problem ?? 'There is no net in this address: its part behind “#” is missing.', 'bad');
  }
}
