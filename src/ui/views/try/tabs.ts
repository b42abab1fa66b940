// The tabs of Try: a tab is a component and a row here.
import type { Tab } from '../../parts/view.ts';
import Answers from './Answers.svelte';
import type { TaskKind } from '../../../graph/tasks/task.ts';
import { truthOf } from '../../../graph/tasks/truth/judge.ts';
import { taskViews } from './tasks/task-views.ts';
import type { TryState } from './try-state.ts';

export type TryTab = 'answer' | 'inside' | 'batch' | 'folder' | 'live' | 'teach' | 'weights';

const classifierTabs: readonly Tab<TryTab, TryState>[] = [
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

const folderTab: Tab<TryTab, TryState> = {
  id: 'folder',
  label: 'Folder',
  title: 'How right the net is on a labelled folder of your own',
  load: () => import('./tasks/FolderTab.svelte'),
};

const liveTab: Tab<TryTab, TryState> = {
  id: 'live',
  label: 'Live',
  title: 'The exit and the input size that hold a latency target, frame by frame',
  load: () => import('./live/LiveTab.svelte'),
};

/** Of a net with a view of its own: that view, and what is true of every net that sees. */
export function tabsOf(kind: TaskKind | undefined): readonly Tab<TryTab, TryState>[] {
  const view = kind && taskViews[kind];
  if (!view) return classifierTabs;
  const { label, title, load } = view;
  return classifierTabs.flatMap((tab) => {
    if (tab.id === 'answer') return [{ ...tab, label, title, load }, ...(kind === 'exits' ? [liveTab] : [])];
    if (tab.id === 'batch') return truthOf({ kind }) ? [folderTab] : [];
    return tab.id === 'weights' || (tab.id === 'inside' && !view.hears) ? [tab] : [];
  });
}
