// The tabs of Try: a tab is a component and a row here.
import type { Tab } from '../../parts/view.ts';
import Answers from './Answers.svelte';
import type { TryState } from './try-state.ts';

export type TryTab = 'answer' | 'inside' | 'batch' | 'teach' | 'weights';

export const tryTabs: readonly Tab<TryTab, TryState>[] = [
  {
    id: 'answer',
    label: 'Answer',
    title: 'What the net takes the picture for, and how the picture was prepared',
    load: () => ({ default: Answers }),
  },
  {
    id: 'inside',
    label: 'Inside',
    title: 'What every layer makes of this picture; check of every layer against the CPU',
    load: () => import('./inside/InsideTab.svelte'),
  },
  {
    id: 'batch',
    label: 'Batch',
    title: 'Many photos at once: table, CSV, confusion matrix',
    load: () => import('./BatchTab.svelte'),
  },
  {
    id: 'teach',
    label: 'Teach',
    title: 'Teach the net classes of your own',
    load: () => import('./TeachTab.svelte'),
  },
  {
    id: 'weights',
    label: 'Weights',
    title: 'Which weights are loaded, where they come from, and others to load',
    load: () => import('../../weights/WeightsPanel.svelte'),
  },
];
