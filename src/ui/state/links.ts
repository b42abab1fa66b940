// The address that opens a document in any browser.
import type { LinkDocument } from '../../graph/link/link.ts';
import { linkOf } from './address.ts';

/** The whole link, or undefined when the document does not fit into one. */
export function linkTo(document: LinkDocument): string | undefined {
  const fragment = linkOf(document);
  return fragment === undefined ? undefined : `${location.origin}${location.pathname}#${fragment}`;
}
