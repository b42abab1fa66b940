// The frame's own state: which view a phone shows, which dialog is open, how the panes share the window, the theme.
import * as v from 'valibot';
import { readStored, writeStored } from '../parts/stored.ts';

export const views = ['Build', 'Net', 'Profile', 'Try', 'Quantize'] as const;
export type View = (typeof views)[number];
/** What can stand below the net. */
export type Lower = Exclude<View, 'Build' | 'Net'>;
export type DialogName = 'presets' | 'share' | 'keys' | 'palette';
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Limits of the splitters: the width of Build in pixels, the height of Profile as a share of the panes' height. */
export const splits = {
  build: { from: 240, to: 720, initial: 340 },
  profile: { from: 0.12, to: 0.85, initial: 0.42 },
} as const;

const layout = v.object({
  build: v.pipe(v.number(), v.minValue(splits.build.from), v.maxValue(splits.build.to)),
  profile: v.pipe(v.number(), v.minValue(splits.profile.from), v.maxValue(splits.profile.to)),
});

export class Shell {
  #view = $state<View>('Net');
  /** What stands below the net in a wide window. */
  #lower = $state<Lower>('Profile');
  /** Photos and weights that were dropped, pasted or chosen anywhere, for the Try pane. */
  #incoming = $state.raw<readonly File[]>([]);
  dialog = $state<DialogName | undefined>(undefined);
  /** Width of the Build pane in CSS pixels. */
  build = $state<number>(splits.build.initial);
  /** Height of the Profile pane as a share of the height of all panes. */
  profile = $state<number>(splits.profile.initial);
  #theme = $state<Theme>('system');

  constructor() {
    const stored = readStored('layout', layout);
    if (stored) [this.build, this.profile] = [stored.build, stored.profile];
    this.#theme = readStored('theme', v.picklist(['light', 'dark'])) ?? 'system';
  }

  /** The one view that a phone shows, and the pane that a wide window came to last. */
  get view(): View {
    return this.#view;
  }
  set view(view: View) {
    this.#view = view;
    if (view !== 'Build' && view !== 'Net') this.#lower = view;
  }
  get lower(): Lower {
    return this.#lower;
  }

  /** Hands files over to the Try pane and shows it. */
  give(files: readonly File[]): void {
    this.#incoming = files;
    this.view = 'Try';
  }
  /** The files that were handed over; once. */
  takeFiles(): readonly File[] {
    const files = this.#incoming;
    if (files.length > 0) this.#incoming = [];
    return files;
  }

  remember(): void {
    writeStored('layout', { build: this.build, profile: this.profile });
  }

  get theme(): Theme {
    return this.#theme;
  }
  /** Switches now and for later visits; public/theme.js applies it before the first paint. */
  set theme(theme: Theme) {
    this.#theme = theme;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    writeStored('theme', theme === 'system' ? undefined : theme);
  }
}
