// The views of the Profile pane that are fetched when they are first looked at.
import type { Component } from 'svelte';
import KernelsTab from './KernelsTab.svelte';
import MemoryTab from './MemoryTab.svelte';
import type { RunRecord } from '../../state/measurements/record.ts';
import RooflineTab from './RooflineTab.svelte';
import type { BlockRow } from './rows.ts';
import type { ProfileTab } from './tabs.ts';
import TimelineTab from './TimelineTab.svelte';

export interface ViewProps {
  readonly record: RunRecord | undefined;
  readonly blocks: readonly BlockRow[];
  /** Given the chart when it is on the page, for exports; what it returns is called when the chart goes. */
  readonly onchart: (chart: SVGSVGElement) => () => void;
}

export const views: Readonly<Record<Exclude<ProfileTab, 'layers'>, Component<ViewProps>>> = {
  timeline: TimelineTab,
  roofline: RooflineTab,
  memory: MemoryTab,
  kernels: KernelsTab,
};
