// The frame's own state: which view a phone shows, which one fills the window, which dialog is open, how the panes share it, the theme.
import * as v from 'valibot';
import { readStored, writeStored } from '../parts/stored.ts';
import type { View } from '../parts/view.ts';

export type DialogName = 'presets' | 'share' | 'keys' | 'palette' | 'claims' | 'glossary';
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Limits of the splitters: the width of Build in pixels, the height of Profile as a share of the panes' height. */
export const splits = {
  build: { from: 240, to: 720, initial: 340 },
  profile: { from: 0.12, to: 0.85, initial: 0.39 },
} as const;

const layout = v.object({
  build: v.pipe(v.number(), v.minValue(splits.build.from), v.maxValue(splits.build.to)),
  profile: v.pipe(v.number(), v.minValue(splits.profile.from), v.maxValue(splits.profile.to)),
});

export class Shell {
  #view = $state('');
  /** What stands below the net in a wide window. */
  #below = $state('');
  /** The view that fills the window alone; undefined: all share it. */
  #maximized = $state<string | undefined>(undefined);
  /** Files that were dropped, pasted or chosen anywhere, and the view they are for. */
  #incoming = $state.raw<{ readonly view: string; readonly files: readonly File[] }>({ view: '', files: [] });
  /** Height of the notice at the lower edge in CSS pixels: the views above it keep their place. */
  notice = $state(0);
  dialog = $state<DialogName | undefined>(undefined);
  /** Width of the Build pane in CSS pixels. */
  build = $state<number>(splits.build.initial);
  /** Height of the Profile pane as a share of the height of all panes. */
  profile = $state<number>(splits.profile.initial);
  #theme = $state<Theme>('system');
  #guide = $state(false);

  /** `views`: the table of views; the first at `main` is shown first. */
  constructor(private readonly views: readonly Pick<View, 'id' | 'place'>[]) {
    const first = (place: View['place']): string => views.find((view) => view.place === place)?.id ?? '';
    [this.#view, this.#below] = [first('main'), first('below')];
    const stored = readStored('layout', layout);
    if (stored) [this.build, this.profile] = [stored.build, stored.profile];
    const below = readStored('below', v.string());
    if (views.some(({ id, place }) => id === below && place === 'below')) this.#below = below ?? '';
    this.#guide = readStored('guide', v.literal('closed')) === undefined;
    this.#theme = readStored('theme', v.picklist(['light', 'dark'])) ?? 'system';
  }

  /** The one view that a phone shows, and the pane that a wide window came to last. */
  get view(): string {
    return this.#view;
  }
  set view(id: string) {
    this.#view = id;
    if (this.views.some((view) => view.id === id && view.place === 'below')) {
      this.#below = id;
      writeStored('below', id);
    }
    if (this.#maximized !== undefined) this.#maximized = id;
  }
  get below(): string {
    return this.#below;
  }
  get maximized(): string | undefined {
    return this.#maximized;
  }
  /** Lets a view fill the window, or gives the others their room back. */
  maximize(id: string, on = this.#maximized !== id): void {
    this.#maximized = on ? id : undefined;
    this.view = id;
  }

  /** Hands files over to a view and shows it. */
  give(view: string, files: readonly File[]): void {
    this.#incoming = { view, files };
    this.view = view;
  }
  /** The files that were handed over to this view; once. */
  takeFiles(id: string): readonly File[] {
    const { view, files } = this.#incoming;
    if (view !== id) return [];
    if (files.length > 0) this.#incoming = { view: '', files: [] };
    return files;
  }

  remember(): void {
    writeStored('layout', { build: this.build, profile: this.profile });
  }

  /** The first steps are shown: until they are closed once. */
  get guide(): boolean {
    return this.#guide;
  }
  set guide(shown: boolean) {
    this.#guide = shown;
    writeStored('guide', shown ? undefined : 'closed');
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
