// The tabs of Train: a tab is a component and a row here.
import type { Tab } from '../../parts/view.ts';
import type { TrainTabProps } from './tab-props.ts';

export type TrainTab = 'curve' | 'pictures' | 'result' | 'papers';

export const trainTabs: readonly Tab<TrainTab, TrainTabProps>[] = [
  {
    id: 'curve',
    label: 'Curve',
    title: 'Loss, accuracy, rate and gradient of every step, with earlier runs',
    load: () => import('./CurveTab.svelte'),
  },
  {
    id: 'pictures',
    label: 'Pictures',
    title: 'What the net is shown, and how many of each class',
    load: () => import('./PicturesTab.svelte'),
  },
  {
    id: 'result',
    label: 'Result',
    title: 'How it does on pictures held out, and the weights',
    load: () => import('./ResultTab.svelte'),
  },
  {
    id: 'papers',
    label: 'Papers',
    title: 'Comparisons of papers, repeated on toys with seeds and intervals',
    load: () => import('./PapersTab.svelte'),
  },
];
