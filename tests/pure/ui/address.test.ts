// The address follows the document: what is replaced, what is pushed, and what a fragment that cannot be a link leads to.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeLink, encodeLink } from '../../../src/graph/link/link.ts';
import { Address, linkOf, maxAddressCharacters, type AddressBar } from '../../../src/ui/state/address.ts';

const first = { name: 'first', text: 'conv k3 s2 c8\npool\n' };
const second = { name: 'second', text: 'conv k3 s2 c16\npool\n' };
const edited = { name: 'second', text: 'conv k3 s2 c24\npool\n' };

/** A browser's history as a list; the last entry is shown. */
function bar(fragment = ''): AddressBar & { entries: string[] } {
  const entries = [fragment];
  return {
    entries,
    fragment: () => entries.at(-1) ?? '',
    replace: (next) => void (entries[entries.length - 1] = next),
    push: (next) => void entries.push(next),
  };
}
const names = (entries: readonly string[]) =>
  entries.map((entry) => {
    const decoded = entry === '' ? undefined : decodeLink(entry);
    return decoded?.ok ? `${decoded.document.name}: ${decoded.document.text.split('\n')[0]}` : entry;
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('following the document', () => {
  it('leaves a clean address alone until something changes', () => {
    const shown = bar();
    const address = new Address(shown);
    expect(address.read()).toBeUndefined();
    address.follow(first, false);
    vi.runAllTimers();
    expect(shown.entries).toEqual(['']);
  });

  it('leaves a clean address alone when the page is hidden or left', () => {
    const shown = bar();
    const address = new Address(shown);
    address.follow(first, false);
    address.flush();
    expect(shown.entries).toEqual(['']);
  });

  it('replaces while one types, once for many edits', () => {
    const shown = bar();
    const address = new Address(shown);
    address.follow(second, false);
    const replace = vi.spyOn(shown, 'replace');
    for (let i = 0; i < 10; i++) address.follow({ ...second, text: `conv k3 s2 c${i}\n` }, false);
    address.follow(edited, false);
    expect(replace).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(replace).toHaveBeenCalledTimes(1);
    expect(names(shown.entries)).toEqual(['second: conv k3 s2 c24']);
  });

  it('still writes an edit when the same document is reported again', () => {
    const shown = bar();
    const address = new Address(shown);
    address.follow(second, false);
    address.follow(edited, false);
    address.follow({ ...edited }, false);
    vi.runAllTimers();
    expect(names(shown.entries)).toEqual(['second: conv k3 s2 c24']);
  });

  it('pushes an opened net, and gives the one before its own address', () => {
    const shown = bar();
    const address = new Address(shown);
    address.follow(first, false);
    address.follow(second, true);
    address.follow(edited, false);
    address.flush();
    expect(names(shown.entries)).toEqual(['first: conv k3 s2 c8', 'second: conv k3 s2 c24']);
  });

  it('writes nothing for a document that the address holds already, its result included', () => {
    const link = encodeLink({ ...first });
    const shown = bar(link);
    const address = new Address(shown);
    expect(address.read()).toEqual({ ok: true, document: first });
    address.follow(second, false);
    address.follow(first, true);
    vi.runAllTimers();
    expect(shown.entries).toEqual([link]);
  });
});

describe('documents that are no link', () => {
  it('are too long for an address', () => {
    let text = '';
    for (let i = 0; linkOf({ name: 'long', text }) !== undefined; i++) {
      expect(i).toBeLessThan(1000);
      text += `# ${Array.from({ length: 40 }, (_, at) => Math.imul(i * 40 + at + 1, 0x9e3779b1).toString(36)).join(' ')}\n`;
    }
    expect(encodeLink({ name: 'long', text }).length).toBeGreaterThan(maxAddressCharacters);
    const shown = bar();
    const address = new Address(shown);
    address.follow(first, false);
    address.follow({ name: 'long', text }, false);
    vi.runAllTimers();
    expect(shown.entries).toEqual(['']);
  });

  it('hold characters that no link may carry, so a reload is not refused', () => {
    expect(linkOf({ name: 'hidden', text: 'conv k3 # \u202e\n' })).toBeUndefined();
  });
});
