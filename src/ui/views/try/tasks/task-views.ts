// The views of tasks beyond classes: adding one is a file with its tab and a row here.
import type { Component } from 'svelte';
import type { TaskKind } from '../../../../graph/tasks/task.ts';
import type { Loads } from '../../../parts/view.ts';
import type { TryState } from '../try-state.ts';
import BoxesOverlay from './BoxesOverlay.svelte';
import MaskOverlay from './MaskOverlay.svelte';
import type { OverlayProps } from './overlay.ts';
import PointsOverlay from './PointsOverlay.svelte';

export interface TaskView {
  readonly label: string;
  readonly title: string;
  load(): Loads<TryState>;
  /** Drawn over the picture that was answered. */
  readonly overlay?: Component<OverlayProps>;
  /** The net hears: a sound is given in the place of a picture. */
  readonly hears?: true;
}

const detect = (): Loads<TryState> => import('./DetectTab.svelte');
const segment = (): Loads<TryState> => import('./SegmentTab.svelte');
const listen = (): Loads<TryState> => import('./ListenTab.svelte');

export const taskViews: Readonly<Partial<Record<TaskKind, TaskView>>> = {
  exits: {
    label: 'Exits',
    title: 'What each exit of the net takes the picture for',
    load: () => import('./ExitsTab.svelte'),
  },
  detect: { label: 'Detect', title: 'The objects that the net finds', load: detect, overlay: BoxesOverlay },
  face: {
    label: 'Face',
    title: 'The faces that the net finds, with their points',
    load: detect,
    overlay: BoxesOverlay,
  },
  segment: { label: 'Segment', title: 'The class of every pixel', load: segment, overlay: MaskOverlay },
  matte: { label: 'Segment', title: 'What of the picture is in front', load: segment, overlay: MaskOverlay },
  landmarks: {
    label: 'Face',
    title: 'The points of a face',
    load: () => import('./LandmarksTab.svelte'),
    overlay: PointsOverlay,
  },
  listen: { label: 'Listen', title: 'The sounds that the net hears, over time', load: listen, hears: true },
  values: { label: 'Listen', title: 'What the net hears in a voice, over time', load: listen, hears: true },
  tensors: { label: 'Outputs', title: 'The numbers of every output', load: () => import('./TensorsTab.svelte') },
};
