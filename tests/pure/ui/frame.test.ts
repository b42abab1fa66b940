// The frame's logic: names, splitters, keys, and what a fresh page starts with.
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../../../src/graph/link/link.ts';
import { cleanName, fileName, nameOfFile } from '../../../src/ui/parts/file-names.ts';
import { chord } from '../../../src/ui/state/commands.svelte.ts';
import { clampSplit, splitAfterKey, splitPercent } from '../../../src/ui/parts/split.ts';

describe('names', () => {
  it('lose what a link may not carry', () => {
    expect(cleanName('  a\tb\n c ')).toBe('a b c');
    expect(cleanName('<script>x</script>')).toBe('scriptx/script');
    expect(cleanName('a\u202eb\u200bc\u0007d')).toBe('abcd');
    expect(cleanName('\ud800')).toBe('untitled');
    expect(cleanName('𝒳'.repeat(60))).toBe('𝒳'.repeat(40));
    expect(cleanName(' ')).toBe('untitled');
  });

  it('always fit into a link', () => {
    for (const name of ['a>b', '\u061c', 'x'.repeat(200), '日本語 🙂', '\u{e0041}tag']) {
      expect(decodeLink(encodeLink({ name: cleanName(name), text: '' })).ok, name).toBe(true);
    }
  });

  it('become file names', () => {
    expect(fileName('mobilenetv2_100+width=0.6@96', 'arch')).toBe('mobilenetv2_100+width=0.6@96.arch');
    expect(fileName('../../etc/passwd', 'py')).toBe('etc-passwd.py');
    expect(fileName('…', 'arch')).toBe('net.arch');
    expect(nameOfFile('C:\\nets\\My net.arch')).toBe('My net');
    expect(nameOfFile('/a/b/v1.0.txt')).toBe('v1.0');
  });
});

describe('splitters', () => {
  const split = { from: 200, to: 600, initial: 300 };
  const arrows = { smaller: 'ArrowLeft', larger: 'ArrowRight' };

  it('move by arrows, more with Shift, to the ends, and close and open with Enter', () => {
    expect(splitAfterKey(split, 300, 'ArrowRight', arrows)).toBe(310);
    expect(splitAfterKey(split, 300, 'ArrowLeft', arrows, true)).toBe(250);
    expect(splitAfterKey(split, 205, 'ArrowLeft', arrows)).toBe(200);
    expect(splitAfterKey(split, 300, 'Home', arrows)).toBe(200);
    expect(splitAfterKey(split, 300, 'End', arrows)).toBe(600);
    expect(splitAfterKey(split, 300, 'Enter', arrows)).toBe(200);
    expect(splitAfterKey(split, 200, 'Enter', arrows)).toBe(300);
    expect(splitAfterKey(split, 300, 'ArrowUp', arrows)).toBeUndefined();
  });

  it('say their place in percent', () => {
    expect(splitPercent(split, 300)).toBe(25);
    expect(clampSplit(split, 1e9)).toBe(600);
  });
});

it.each([
  [{ key: 'z', ctrlKey: true, shiftKey: true }, 'Mod+Shift+Z'],
  [{ key: 'k', ctrlKey: true }, 'Mod+K'],
  [{ key: '?', shiftKey: true }, '?'],
  [{ key: '+', shiftKey: true }, '+'],
  [{ key: 'ArrowUp', altKey: true }, 'Alt+ArrowUp'],
  [{ key: 'ArrowUp', shiftKey: true }, 'Shift+ArrowUp'],
  [{ key: ' ' }, 'Space'],
  [{ key: 'p' }, 'P'],
])('%j is the chord %s', (event, expected) => {
  expect(chord({ ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...event })).toBe(expected);
});
