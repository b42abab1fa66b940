// Keys that a list or a canvas answers to by itself, for the ? sheet: they are no commands of the page.

export interface PaneKeys {
  /** Where they work: while the focus is there. */
  readonly place: string;
  readonly keys: readonly { readonly label: string; readonly keys: readonly string[] }[];
}

export const paneKeys: readonly PaneKeys[] = [
  {
    place: 'In the list of blocks',
    keys: [
      { label: 'Go to the line above or below', keys: ['ArrowUp', 'ArrowDown'] },
      { label: 'Select further lines', keys: ['Shift+ArrowUp', 'Shift+ArrowDown'] },
      { label: 'First or last line', keys: ['Home', 'End'] },
      { label: 'Add a block below', keys: ['Enter'] },
      { label: 'Select the line as well, or no longer', keys: ['Space'] },
      { label: 'Select all lines', keys: ['Mod+A'] },
      { label: 'Select none', keys: ['Escape'] },
      { label: 'Copy the selected lines', keys: ['Mod+C'] },
      { label: 'Cut the selected lines', keys: ['Mod+X'] },
      { label: 'Paste lines below', keys: ['Mod+V'] },
      { label: 'Menu of the lines', keys: ['Shift+F10'] },
    ],
  },
  {
    place: 'In the graph',
    keys: [
      { label: 'Go to the block above or below', keys: ['ArrowUp', 'ArrowDown'] },
      { label: 'Go to the column beside', keys: ['ArrowLeft', 'ArrowRight'] },
      { label: 'First or last block', keys: ['Home', 'End'] },
      { label: 'Unfold the block into its ops, or fold it', keys: ['Enter', 'Space'] },
      { label: 'Zoom in', keys: ['+'] },
      { label: 'Zoom out', keys: ['-'] },
      { label: 'Fit the net', keys: ['0'] },
    ],
  },
  {
    place: 'In a number’s field',
    keys: [
      { label: 'One step more or less', keys: ['ArrowUp', 'ArrowDown'] },
      { label: 'A large step more or less', keys: ['Shift+ArrowUp', 'Shift+ArrowDown'] },
    ],
  },
];
