// What Profile gives each of its tabs.
import type { RunRecord } from '../../state/measurements/record.ts';
import type { LayerView } from './layer-view.svelte.ts';
import type { BlockRow } from './rows.ts';

export interface ProfileTabProps {
  readonly record: RunRecord | undefined;
  readonly blocks: readonly BlockRow[];
  /** The times are not this device's own. */
  readonly recorded: boolean;
  /** Relative spread of the difference to the baseline; undefined without one. */
  readonly noise: number | undefined;
  /** How the layer table is looked at. */
  readonly view: LayerView;
  /** The times are of before an edit whose net is being measured. */
  readonly pending: boolean;
  /** Given the chart when it is on the page, for exports; what it returns is called when the chart goes. */
  readonly onchart: (chart: SVGSVGElement) => () => void;
}
