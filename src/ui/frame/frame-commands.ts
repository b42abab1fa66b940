// The commands of the frame itself: history, baseline, dialogs, files, views, theme. Panes add their own.
import type { Session } from '../state/session.svelte.ts';
import type { Command } from '../state/commands.svelte.ts';
import { themes, type Shell } from '../state/shell.svelte.ts';
import { views } from './views.ts';

export interface FrameActions {
  openFile(): void;
  saveFile(): void;
  copyLink(): void;
  newNet(): void;
  /** Moves the focus into a pane. */
  focus(view: string): void;
}

const themeLabels = { system: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' } as const;

export const frameCommands = (session: Session, shell: Shell, actions: FrameActions): readonly Command[] => [
  { id: 'presets', label: 'Open a preset…', group: 'Document', keys: ['P'], run: () => (shell.dialog = 'presets') },
  {
    id: 'claims',
    label: 'What the paper says, beside timm and this device',
    group: 'Document',
    run: () => (shell.dialog = 'claims'),
  },
  {
    id: 'guide',
    label: 'Show the first steps',
    group: 'View',
    enabled: () => !shell.guide,
    run: () => (shell.guide = true),
  },
  { id: 'glossary', label: 'Glossary: what the words mean', group: 'View', run: () => (shell.dialog = 'glossary') },
  { id: 'new', label: 'New net from empty', group: 'Document', run: actions.newNet },
  { id: 'open-file', label: 'Open a file…', group: 'Document', keys: ['Mod+O'], run: actions.openFile },
  { id: 'save-file', label: 'Save as an .arch file', group: 'Document', keys: ['Mod+S'], run: actions.saveFile },
  {
    id: 'undo',
    label: 'Undo',
    group: 'Edit',
    keys: ['Mod+Z'],
    enabled: () => session.undoLabel !== undefined,
    run: () => session.undo(),
  },
  {
    id: 'redo',
    label: 'Redo',
    group: 'Edit',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    enabled: () => session.redoLabel !== undefined,
    run: () => session.redo(),
  },
  {
    id: 'pin',
    label: 'Pin this net as the baseline',
    group: 'Edit',
    keys: ['B'],
    enabled: () => session.graph !== undefined,
    run: () => {
      session.pinBaseline();
      session.say(`Changes are now shown against ${session.name} as it is.`);
    },
  },
  {
    id: 'unpin',
    label: 'Stop comparing with the baseline',
    group: 'Edit',
    enabled: () => session.baseline !== undefined,
    run: () => (session.baseline = undefined),
  },
  {
    id: 'share',
    label: 'Share: link, text, code, file…',
    group: 'Share',
    keys: ['Mod+Shift+S'],
    run: () => (shell.dialog = 'share'),
  },
  { id: 'copy-link', label: 'Copy the link to this net', group: 'Share', run: actions.copyLink },
  ...views.map(({ id, label }, index): Command => ({
    id: `view-${id}`,
    label: `Go to ${label}`,
    group: 'View',
    ...(index < 9 && { keys: [String(index + 1)] }),
    run: () => actions.focus(id),
  })),
  {
    id: 'maximize',
    label: 'Let this pane fill the window, or give the others their room back',
    group: 'View',
    keys: ['M'],
    run: () => shell.maximize(shell.view),
  },
  ...themes.map((theme): Command => ({
    id: `theme-${theme}`,
    label: themeLabels[theme],
    group: 'View',
    enabled: () => shell.theme !== theme,
    run: () => (shell.theme = theme),
  })),
  {
    id: 'palette',
    label: 'Find a command or a net',
    group: 'View',
    keys: ['Mod+K'],
    run: () => (shell.dialog = 'palette'),
  },
  { id: 'keys', label: 'Keyboard shortcuts', group: 'View', keys: ['?'], run: () => (shell.dialog = 'keys') },
];
