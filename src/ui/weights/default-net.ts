// The classifier that Try opens where the net on the page has no weights: it comes only where its own can be had.
import { embeddedNet } from '../../graph/weights/embedded.ts';
import { isAtHand } from '../../workers/weights/kept-file.ts';
import type { Session } from '../state/session.svelte.ts';
import { embeddedChoice, embeddedText, embeddedUrl, isDefaultNet, type WeightsChoice } from './choice.ts';

/** Whether the session's net should give way; says why not. */
export async function givesWay(session: Session): Promise<boolean> {
  if (isDefaultNet(session.architecture) || (await isAtHand(embeddedUrl(embeddedNet)))) return true;
  session.say(
    `${session.name} has no weights here. A classifier that has some comes with the first use of Try, and this browser is offline: connect once, or open a weights file of your own.`,
    'bad',
  );
  return false;
}

/** Opens it as one step that undo takes back; its weights. */
export function openDefaultNet(session: Session): WeightsChoice | undefined {
  if (!isDefaultNet(session.architecture)) {
    const why = embeddedChoice(session.architecture) ? '' : `${session.name} has no weights here, so `;
    session.open(embeddedNet, embeddedText(), 'Try EfficientNet-Lite0');
    session.say(`${why}EfficientNet-Lite0 was opened, whose weights ship with the page. Undo leads back.`);
  }
  return embeddedChoice(session.architecture);
}
