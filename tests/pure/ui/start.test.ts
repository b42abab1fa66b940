// What the page begins with: the stored document, and the address as an arrival or as the page's own.
import { describe, expect, it } from 'vitest';
import { beginSession } from '../../../src/ui/start.ts';
import { Commands, type Command } from '../../../src/ui/state/commands.svelte.ts';

const document = { name: 'mine', text: 'conv k3 s2 c8\npool\n' };
const link = { ok: true, document } as const;

describe('the address at the start', () => {
  it('of another page is a preview that undo leaves', () => {
    const session = beginSession(undefined, link);
    expect(session.preview).toBe(true);
    session.undo();
    expect(session.name).toBe('mobilenetv2_100');
  });

  it('that the page wrote itself is no preview, not even before storage had time for it', () => {
    const earlier = beginSession(undefined, undefined);
    earlier.open('earlier', 'conv k3 s2 c16\npool\n');
    for (const stored of [undefined, earlier.history]) {
      const session = beginSession(stored, link, true);
      expect(session.preview).toBe(false);
      expect(session.name).toBe('mine');
      session.undo();
      expect(session.name).toBe(stored ? 'earlier' : 'mobilenetv2_100');
    }
  });
});

describe('the table of commands', () => {
  const named = (id: string): Command => ({ id, label: id, group: 'Edit', run: () => undefined });
  it('loses none when several components end and begin in one go', () => {
    const commands = new Commands();
    const end = ['a', 'b'].map((id) => commands.add([named(id)]));
    commands.add([named('c')]);
    for (const stop of end) stop();
    commands.add([named('a')]);
    expect(commands.all.map(({ id }) => id)).toEqual(['c', 'a']);
  });
});
