// The lines of a menu.
export interface MenuItem {
  readonly id: string;
  readonly label: string;
  /** At the end of the line: its key, or what kind of file. */
  readonly detail?: string | undefined;
  /** A line stands above it. */
  readonly separated?: boolean | undefined;
  readonly disabled?: boolean;
  run(): void;
}
