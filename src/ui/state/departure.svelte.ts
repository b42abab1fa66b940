// Says of a net that bears a published net's name what edits made of it; the published nets are fetched for it, once they are needed.
import { firstNet } from './first-net.ts';
import type { Session } from './session.svelte.ts';

/** Nobody reads the word while typing. */
const WAIT_MS = 250;

/** Keeps the session's `departure`; call while a component is set up. */
export function followPresets(session: Session): void {
  let of = session.name;
  $effect(() => {
    const { name, text, architecture, file } = session;
    if (name !== of) session.departure = undefined;
    of = name;
    // The page opens with this one, and then nothing need be fetched.
    if (file || (name === firstNet.name && text === firstNet.text)) {
      session.departure = undefined;
      return;
    }
    const timer = setTimeout(() => {
      void import('../../graph/presets/edited.ts').then(
        ({ departureOf }) => {
          if (session.name === name && session.text === text) session.departure = departureOf(name, architecture);
        },
        // Offline before its first use: the name stands alone, as it did.
        () => undefined,
      );
    }, WAIT_MS);
    return () => clearTimeout(timer);
  });
}
