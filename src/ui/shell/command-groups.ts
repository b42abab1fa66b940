// Commands by group, in the groups' own order, for the ? sheet and the palette.
import type { Command } from './commands.svelte.ts';

const order: readonly Command['group'][] = ['Document', 'Edit', 'Run', 'Share', 'View', 'Open'];

export interface CommandGroup {
  readonly group: Command['group'];
  readonly commands: readonly Command[];
}

export const grouped = (commands: readonly Command[]): CommandGroup[] =>
  order
    .map((group) => ({ group, commands: commands.filter((command) => command.group === group) }))
    .filter((entry) => entry.commands.length > 0);
