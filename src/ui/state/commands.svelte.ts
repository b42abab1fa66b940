// Every action of the page in one table: shortcuts, the ? sheet, the palette and the menus are views of it.
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: 'Document' | 'Edit' | 'Run' | 'View' | 'Share' | 'Open';
  /** `Mod` is Ctrl, or ⌘ on Apple keyboards. Single letters work only outside text fields. */
  readonly keys?: readonly string[];
  readonly enabled?: () => boolean;
  run(): void;
}

export const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

export class Commands {
  /** What stands, apart from what is shown: while effects end, a read of state gives its value from before their batch. */
  #standing: readonly Command[] = [];
  #all = $state.raw<readonly Command[]>([]);

  get all(): readonly Command[] {
    return this.#all;
  }
  /** Adds commands; the returned function takes them away again (for a component's life). */
  add(commands: readonly Command[]): () => void {
    this.#all = this.#standing = [...this.#standing, ...commands];
    return () => {
      this.#all = this.#standing = this.#standing.filter((command) => !commands.includes(command));
    };
  }
  find(id: string): Command | undefined {
    return this.#all.find((candidate) => candidate.id === id);
  }
  run(id: string): void {
    const command = this.find(id);
    if (command && (command.enabled?.() ?? true)) command.run();
  }
  /** Handles a key press that nobody else took; true when a command took it. Keys inside a dialog or a menu are theirs. */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing || isOverlay(event.target)) return false;
    const pressed = chord(event);
    const typing = isTyping(event.target);
    for (const command of this.#standing) {
      if (!command.keys?.includes(pressed) || !(command.enabled?.() ?? true)) continue;
      if (typing && !worksWhileTyping(pressed)) continue;
      event.preventDefault();
      command.run();
      return true;
    }
    return false;
  }
}

/** `Mod+Shift+Z`, `?`, `Delete`: modifiers in one order, letters in capitals. */
export function chord(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const mod = isApple ? event.metaKey : event.ctrlKey;
  const letter = /^[a-z]$/i.test(event.key);
  const key = letter ? event.key.toUpperCase() : event.key === ' ' ? 'Space' : event.key;
  // Shift is part of a symbol (`?`, `+`) but a modifier of letters and named keys.
  const shift = event.shiftKey && (letter || key.length > 1);
  return [mod && 'Mod', event.altKey && 'Alt', shift && 'Shift', key].filter(Boolean).join('+');
}

/** How a chord is shown: `Ctrl Shift Z`, or `⌘ ⇧ Z`. */
export const showChord = (keys: string): string[] =>
  (keys === '+' ? ['+'] : keys.split('+')).map((part) => {
    if (part === 'Mod') return isApple ? '⌘' : 'Ctrl';
    if (isApple && part === 'Shift') return '⇧';
    if (isApple && part === 'Alt') return '⌥';
    return (
      { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Delete: 'Del' }[part] ?? part
    );
  });

/** `Undo` + the command's first chord → `Undo (Ctrl Z)`, for titles. */
export const withKeys = (words: string, command: Command | undefined): string => {
  const keys = command?.keys?.[0];
  return keys ? `${words} (${showChord(keys).join(' ')})` : words;
};

const isOverlay = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Chords that mean nothing to a text field, or that the page owns everywhere; undo inside a field stays the field's own. */
const worksWhileTyping = (pressed: string): boolean =>
  (pressed.startsWith('Mod+') && !/^Mod\+(Shift\+)?(Z|Y|A|C|V|X|D)$/.test(pressed)) || pressed === 'Escape';
