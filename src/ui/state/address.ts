// Keeps the URL's fragment equal to the document: replaced while editing, a step of the browser's history when another net is opened.
import { decodeLink, encodeLink, type DecodedLink } from '../../graph/link/link.ts';

/** Longer addresses are cut by chat programs and servers; such a net is shared as a file. */
export const maxAddressCharacters = 8000;
/** Browsers refuse more than about 100 changes of the address in half a minute. */
const DELAY_MS = 400;

/** The part of the browser that holds the address; tests give their own. */
export interface AddressBar {
  /** Without `#`. */
  fragment(): string;
  replace(fragment: string): void;
  push(fragment: string): void;
}

interface Named {
  readonly name: string;
  readonly text: string;
  /** The net is that of a file, which no address can hold. */
  readonly file?: object | undefined;
}

export class Address {
  /** What the fragment stands for; undefined while it is empty or no net. */
  #shown: Named | undefined;
  #latest: Named | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A change of the document waits for its time. */
  #waiting = false;

  constructor(private readonly bar: AddressBar) {}

  /** What the address holds; undefined when it holds nothing. Call it at the start and after the browser went back or forward. */
  read(): DecodedLink | undefined {
    this.#stopWaiting();
    const fragment = this.bar.fragment();
    const decoded = fragment === '' ? undefined : decodeLink(fragment);
    this.#shown = decoded?.ok ? { name: decoded.document.name, text: decoded.document.text } : undefined;
    return decoded;
  }

  /** Follows the document; `opened`: another net took its place, so going back must lead to the earlier one. */
  follow(document: Named, opened: boolean): void {
    const before = this.#latest;
    this.#latest = document;
    // The first call says what is there already: a page without a fragment keeps its clean address until something changes.
    // A call that brings nothing new must leave a change that waits alone.
    if (!before || same(before, this.#latest)) return;
    this.#stopWaiting();
    if (same(this.#shown, this.#latest)) return;
    if (!opened) {
      this.#waiting = true;
      this.#timer = setTimeout(() => this.flush(), DELAY_MS);
      return;
    }
    if (!same(this.#shown, before)) this.bar.replace(linkOf(before) ?? '');
    this.bar.push(linkOf(this.#latest) ?? '');
    this.#shown = this.#latest;
  }

  /** Writes a waiting change at once; without one the address stays as it is. */
  flush(): void {
    if (!this.#waiting || !this.#latest) return;
    this.#stopWaiting();
    this.bar.replace(linkOf(this.#latest) ?? '');
    this.#shown = this.#latest;
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#waiting = false;
  }
}

/** The fragment of a document; undefined when it is too long for an address or holds characters that no link may carry. */
export function linkOf({
  file,
  ...document
}: Parameters<typeof encodeLink>[0] & Pick<Named, 'file'>): string | undefined {
  if (file) return undefined;
  const fragment = encodeLink(document);
  return fragment.length <= maxAddressCharacters && decodeLink(fragment).ok ? fragment : undefined;
}

const same = (a: Named | undefined, b: Named | undefined): boolean =>
  a !== undefined && a.name === b?.name && a.text === b.text && a.file === b.file;
