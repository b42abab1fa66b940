// The address that opens a document in any browser.
import { linkOf } from './address.ts';

/** The whole link, or undefined when the document does not fit into one, as the net of a file never does. */
export function linkTo(document: Parameters<typeof linkOf>[0]): string | undefined {
  const fragment = linkOf(document);
  return fragment === undefined ? undefined : `${location.origin}${location.pathname}#${fragment}`;
}
