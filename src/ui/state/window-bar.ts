// The browser's address bar and its history, as address.ts needs them.
import type { AddressBar } from './address.ts';

/** Marks entries of this page, which tells going back from a link that was typed into the address bar. */
export const OWN = 'bottleneck';

/** The page wrote the address that it shows; browsers keep that over a reload. */
export const isOwnAddress = (): boolean => history.state === OWN;

const url = (fragment: string): string => location.pathname + location.search + (fragment && `#${fragment}`);

export const windowBar: AddressBar = {
  fragment: () => location.hash.slice(1),
  replace: (fragment) => history.replaceState(OWN, '', url(fragment)),
  push: (fragment) => history.pushState(OWN, '', url(fragment)),
};
