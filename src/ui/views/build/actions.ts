// What can be done to the selected lines: one table for the shortcuts, the toolbar, the context menu and the page's command palette.
import { limits } from '../../../graph/limits.ts';
import type { Session } from '../../state/session.svelte.ts';
import type { Command } from '../../state/commands.svelte.ts';
import { neighbour } from './selection.ts';

export interface BlockAction extends Command {
  /** A line stands above it in the menu. */
  readonly separated?: boolean;
}

export interface Openers {
  /** Opens the palette for an insertion behind the selection, or before it. */
  add(where: 'below' | 'above'): void;
  focusForm(): void;
  /** Tells screen readers what happened. */
  announce(sentence: string): void;
  /** Shows the other of blocks and text, and moves the focus there. */
  toggleText(): void;
}

export function blockActions(session: Session, open: Openers): readonly BlockAction[] {
  const some = (): boolean => session.selectedLines.size > 0;
  const count = (): number => session.architecture.blocks.length;
  const moveBy = (by: 1 | -1): void => {
    const to = neighbour(session.selectedLines, by, count());
    if (to === undefined) return;
    session.move(to);
    const [first = 0] = session.selectedLines;
    open.announce(`Moved to ${first + 1} of ${count()}.`);
  };
  const repeat = (by: 1 | -1): void => {
    session.setRepeats(session.selectedLines, (line) => Math.min(limits.blocks, Math.max(1, line.repeats + by)));
    const [first = 0] = session.selectedLines;
    const repeats = session.architecture.blocks[first]?.repeats ?? 1;
    open.announce(`${repeats} ${repeats === 1 ? 'repeat' : 'repeats'}.`);
  };
  const duplicate = (): void => {
    session.duplicateSelected();
    open.announce(`Duplicated: ${count()} lines now.`);
  };
  const remove = (): void => {
    const { size } = session.selectedLines;
    session.deleteSelected();
    open.announce(`Deleted ${size} ${size === 1 ? 'line' : 'lines'}, ${count()} left.`);
  };
  const firstFix = () =>
    session.problems.find(({ fix, range }) => {
      if (!fix) return false;
      return [...session.selectedLines].some((index) => {
        const line = session.architecture.blocks[index]?.range;
        return line !== undefined && range.from >= line.from && range.to <= line.to;
      });
    });
  return [
    { id: 'add-block', label: 'Add a block below…', group: 'Edit', keys: ['A'], run: () => open.add('below') },
    {
      id: 'add-block-above',
      label: 'Add a block above…',
      group: 'Edit',
      keys: ['Shift+A'],
      enabled: some,
      run: () => open.add('above'),
    },
    {
      id: 'edit-block',
      label: 'Edit arguments',
      group: 'Edit',
      keys: ['F2'],
      enabled: some,
      run: () => open.focusForm(),
    },
    {
      id: 'duplicate',
      label: 'Duplicate',
      group: 'Edit',
      keys: ['Mod+D'],
      enabled: some,
      separated: true,
      run: duplicate,
    },
    {
      id: 'move-up',
      label: 'Move up',
      group: 'Edit',
      keys: ['Alt+ArrowUp'],
      enabled: () => neighbour(session.selectedLines, -1, count()) !== undefined,
      run: () => moveBy(-1),
    },
    {
      id: 'move-down',
      label: 'Move down',
      group: 'Edit',
      keys: ['Alt+ArrowDown'],
      enabled: () => neighbour(session.selectedLines, 1, count()) !== undefined,
      run: () => moveBy(1),
    },
    {
      id: 'repeat-more',
      label: 'One repeat more',
      group: 'Edit',
      keys: ['Alt+ArrowRight'],
      enabled: some,
      separated: true,
      run: () => repeat(1),
    },
    {
      id: 'repeat-less',
      label: 'One repeat less',
      group: 'Edit',
      keys: ['Alt+ArrowLeft'],
      enabled: some,
      run: () => repeat(-1),
    },
    {
      id: 'stage',
      label: 'Join the stage above, or begin one',
      group: 'Edit',
      enabled: some,
      run: () => {
        const joined = [...session.selectedLines].every((index) => session.architecture.blocks[index]?.sameStage);
        session.setSameStage(session.selectedLines, !joined);
      },
    },
    {
      id: 'fix',
      label: 'Apply the first fix',
      group: 'Edit',
      keys: ['Mod+.'],
      enabled: () => firstFix() !== undefined,
      run: () => {
        const problem = firstFix();
        if (problem) session.applyFix(problem);
      },
    },
    {
      id: 'delete',
      label: 'Delete',
      group: 'Edit',
      keys: ['Delete', 'Backspace'],
      enabled: some,
      separated: true,
      run: remove,
    },
  ];
}

/** Commands that the menu of a line does not need. */
export const viewActions = (open: Openers): readonly Command[] => [
  {
    id: 'toggle-text',
    label: 'Switch between blocks and text',
    group: 'View',
    keys: ['T'],
    run: () => open.toggleText(),
  },
];
