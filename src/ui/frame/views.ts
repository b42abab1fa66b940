// The views of the page: a view is a folder and a row here. Number keys, switches, a phone's bar and the palette read this table.
import BuildPane from '../views/build/BuildPane.svelte';
import GraphPane from '../views/net/GraphPane.svelte';
import type { View } from '../parts/view.ts';

export const views: readonly View[] = [
  {
    id: 'build',
    label: 'Build',
    title: 'The net line by line, or as text',
    icon: 'build',
    place: 'side',
    load: () => ({ default: BuildPane }),
    counts: 'errors',
  },
  {
    id: 'net',
    label: 'Net',
    title: 'The net as a graph',
    icon: 'net',
    place: 'main',
    load: () => ({ default: GraphPane }),
  },
  {
    id: 'profile',
    label: 'Profile',
    title: 'What each layer costs on this device',
    icon: 'profile',
    place: 'below',
    load: () => import('../views/profile/ProfilePane.svelte'),
    stays: true,
  },
  {
    id: 'try',
    label: 'Try',
    title: 'The net at work: photos, camera, what its layers see',
    icon: 'camera',
    place: 'below',
    load: () => import('../views/try/TryPane.svelte'),
  },
  {
    id: 'quantize',
    label: 'Quantize',
    title: 'The net in 8-bit integers: what it costs and what it buys',
    icon: 'quantize',
    place: 'below',
    load: () => import('../views/quantize/QuantizePane.svelte'),
  },
  {
    id: 'train',
    label: 'Train',
    title: 'The net learns in this page',
    icon: 'reset',
    place: 'below',
    load: () => import('../views/train/TrainPane.svelte'),
  },
  {
    id: 'search',
    label: 'Search',
    title: 'The nets that fit this device',
    icon: 'search',
    place: 'below',
    load: () => import('../views/search/SearchPane.svelte'),
  },
];
