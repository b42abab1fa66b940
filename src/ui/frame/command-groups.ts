// Commands by group, in the groups' own order, for the ? sheet and the palette.
import type { Command } from '../state/commands.svelte.ts';

const order: readonly Command['group'][] = ['Document', 'Edit', 'Run', 'Share', 'View', 'Open'];

export interface CommandGroup {
  readonly group: Command['group'];
  readonly commands: readonly Command[];
}

export const grouped = (commands: readonly Command[]): CommandGroup[] =>
  order
    .map((group) => ({ group, commands: commands.filter((command) => command.group === group) }))
    .filter((entry) => entry.commands.length > 0);

/** Words of a search, in lower case. */
export const wordsOf = (search: string): string[] => search.toLowerCase().split(/\s+/).filter(Boolean);

/** Commands whose label or group holds every word of the search, each word's beginning at the beginning of one of theirs. */
export function findCommands(commands: readonly Command[], search: string): readonly Command[] {
  const wanted = wordsOf(search);
  return commands.filter(({ label, group }) => {
    const words = wordsOf(`${label} ${group}`.replace(/[^\p{L}\p{N}.]+/gu, ' '));
    return wanted.every((prefix) => words.some((word) => word.startsWith(prefix)));
  });
}
