// The tabs of Profile: a tab is a component and a row here.
import type { Tab } from '../../parts/view.ts';
import type { ProfileTabProps } from './tab-props.ts';
import LayersTab from './LayersTab.svelte';

export type ProfileTab =
  | 'layers'
  | 'timeline'
  | 'roofline'
  | 'memory'
  | 'kernels'
  | 'history'
  | 'device'
  | 'bench'
  | 'ablate'
  | 'advice'
  | 'race'
  | 'card';

export const profileTabs: readonly Tab<ProfileTab, ProfileTabProps>[] = [
  {
    id: 'layers',
    label: 'Layers',
    title: 'What each block and kernel costs',
    load: () => ({ default: LayersTab }),
  },
  {
    id: 'timeline',
    label: 'Timeline',
    title: 'The dispatches one after another, with the gaps between them',
    load: () => import('./TimelineTab.svelte'),
  },
  {
    id: 'roofline',
    label: 'Roofline',
    title: 'What keeps each dispatch from being faster',
    load: () => import('./RooflineTab.svelte'),
  },
  {
    id: 'memory',
    label: 'Memory',
    title: 'Which activations are alive when, and where the peak is',
    load: () => import('./MemoryTab.svelte'),
  },
  {
    id: 'kernels',
    label: 'Kernels',
    title: 'The WGSL of each dispatch and the sizes that are written into it',
    load: () => import('./KernelsTab.svelte'),
  },
  {
    id: 'history',
    label: 'History',
    title: 'What this device measured before, and how it differs',
    load: () => import('./HistoryTab.svelte'),
  },
  {
    id: 'device',
    label: 'Device',
    title: 'What this device can do at best: the ceilings that every net stands under',
    load: () => import('./device/DeviceTab.svelte'),
  },
  {
    id: 'bench',
    label: 'Bench',
    title: 'Every dispatch by itself, without its neighbours',
    load: () => import('./bench/BenchTab.svelte'),
  },
  {
    id: 'ablate',
    label: 'Ablate',
    title: 'What one design choice costs: swapped, swept, and timed in pairs',
    load: () => import('./ablation/AblateTab.svelte'),
  },
  {
    id: 'advice',
    label: 'Advice',
    title: 'What could be faster: applied, proven in pairs, or taken back',
    load: () => import('./advice/AdviceTab.svelte'),
  },
  {
    id: 'race',
    label: 'Race',
    title: 'The same net on other runtimes in this browser, in turns',
    load: () => import('./race/RaceTab.svelte'),
  },
  {
    id: 'card',
    label: 'Card',
    title: 'This measurement as a file and a picture that others can check',
    load: () => import('./card/CardTab.svelte'),
  },
];
