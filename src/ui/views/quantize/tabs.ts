// The tabs of Quantize, in the order in which they are used: a tab is a component and a row here.
import type { Tab } from '../../parts/view.ts';
import type { QuantizeTabProps } from './tab-props.ts';

export type QuantizeTab = 'calibrate' | 'layers' | 'mixed' | 'verdict';

export const quantizeTabs: readonly Tab<QuantizeTab, QuantizeTabProps>[] = [
  {
    id: 'calibrate',
    label: 'Calibrate',
    title: 'How the range of each tensor is chosen, and what each way costs',
    load: () => import('./CalibrateTab.svelte'),
  },
  {
    id: 'layers',
    label: 'Layers',
    title: 'Signal to quantization noise of every layer',
    load: () => import('./LayersTab.svelte'),
  },
  {
    id: 'mixed',
    label: 'Sensitivity',
    title: 'Which layers suffer most, and how many to keep in float',
    load: () => import('./SensitivityTab.svelte'),
  },
  {
    id: 'verdict',
    label: 'Verdict',
    title: 'float32, float16 and int8 side by side on this device',
    load: () => import('./VerdictTab.svelte'),
  },
];
