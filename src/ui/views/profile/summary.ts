// The numbers of the whole net as the summary line shows them, each with what it means.
import { counted, milliseconds, percent, signedMs } from '../../parts/format.ts';
import { headlineOf } from '../../state/measurements/doubt.ts';
import { residual, sumOfDispatches, type RunRecord } from '../../state/measurements/record.ts';

export interface SummaryFact {
  readonly label: string;
  /** Its word in the glossary. */
  readonly term?: 'time' | 'latency' | 'cold' | 'dispatch' | 'clockStep';
  readonly text: string;
  /** Smaller, behind the value. */
  readonly detail?: string;
  readonly title: string;
}

const variation = (value: number | undefined): string =>
  value === undefined ? '' : `±${percent(value, value < 0.1 ? 1 : 0)}`;

/** No compiler is that quick: the shaders were there already. */
const compiledBefore = ({ compileMs }: RunRecord['cold']): boolean => compileMs < 1;

/** A software adapter's times are never called GPU time. */
export function summaryFacts(record: RunRecord, baseline?: RunRecord): SummaryFact[] {
  const { warm, gpu, cold, adapter, estimated, tickNs } = record;
  const sum = sumOfDispatches(record);
  const between = residual(record);
  const coldMs = cold.compileMs + cold.uploadMs + cold.firstRunMs;
  const unit = adapter.software ? 'CPU time' : 'GPU time';
  return [
    {
      label: unit,
      term: 'time',
      text: milliseconds(gpu.medianMs),
      detail: [variation(gpu.variation), baseline && headlineOf(record, baseline).text].filter(Boolean).join(' · '),
      title: `One pass with all ${record.dispatches.length} dispatches, ${estimated ? 'by wall clock' : 'begin to end by timestamps'}: median of ${gpu.runs} runs${gpu.variation === undefined ? '' : `, spread from run to run ${percent(gpu.variation)} (standard deviation ÷ mean)`}.${adapter.software ? ' A software adapter runs on the CPU, so this is no GPU time.' : ''}`,
    },
    {
      label: 'Latency',
      term: 'latency',
      text: milliseconds(warm.medianMs),
      detail: `${warm.runs > 1 ? `p90 ${milliseconds(warm.p90Ms)} · ` : ''}n ${warm.runs}${warm.variation === undefined ? '' : ` · ${variation(warm.variation)}`}`,
      title:
        'Warm: from the input in JavaScript to the logits in JavaScript, upload and read-back included, one run in flight. Median, 90th percentile, number of runs, spread from run to run.',
    },
    {
      label: 'Cold',
      term: 'cold',
      text: milliseconds(coldMs),
      detail: `${compiledBefore(cold) ? 'compiled before' : `compile ${milliseconds(cold.compileMs)}`} · upload ${milliseconds(cold.uploadMs)} · first run ${milliseconds(cold.firstRunMs)}`,
      title: `Once per page: compiling all shaders in parallel, packing and uploading the weights, and the first run.${compiledBefore(cold) ? ' Here all shaders were ready from an earlier measurement; reload the page to see what compiling them takes.' : ''}`,
    },
    {
      label: 'Σ layers',
      term: 'dispatch',
      text: milliseconds(sum),
      detail: counted(record.dispatches.length, 'dispatch', 'dispatches'),
      title: 'Sum of the dispatches, each timed in a pass of its own. Layers’ shares are parts of this sum.',
    },
    {
      label: 'Whole − Σ',
      text: signedMs(between),
      title:
        'Whole net minus the sum of its layers: what timing each dispatch by itself changed. Negative: passes of their own cost time. Positive: time between dispatches.',
    },
    {
      label: 'Clock',
      term: 'clockStep',
      text: estimated ? 'wall clock' : tickNs === undefined ? 'timestamps' : tick(tickNs),
      title: estimated
        ? 'This adapter has no timestamps: times are estimates, from wall clocks over repeats.'
        : `Timestamps of the adapter${tickNs === undefined ? '' : `, in steps of ${tick(tickNs)}`}. Browsers round them; layers shorter than a step are resolved only in the mean of many runs.`,
    },
    {
      label: 'Weights',
      text: 'made up',
      title:
        'Random weights, made on this device: nothing was downloaded. Times do not depend on the values of the weights.',
    },
  ];
}

const tick = (ns: number): string => (ns < 1000 ? `${ns}\u202fns` : milliseconds(ns / 1e6));
