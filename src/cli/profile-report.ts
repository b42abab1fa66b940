// What `profile` found: its JSON, and the same as lines of text.
import { nodesText } from '../graph/plan/print.ts';
import type { Disturbance } from '../workers/engine/disturbances.ts';
import type { BudgetVerdict } from './budget.ts';
import { shapeText, textTable } from './text-table.ts';

/** One dispatch; `node` is the node with most of its work. */
export interface ProfileLayer {
  readonly node: string;
  readonly nodes: readonly string[];
  readonly op: string;
  readonly shape: readonly number[];
  readonly kernel: string;
  /** Median, or mean where the clock's step is coarse for it (`tickNs`); 95 % interval; how many rounds. */
  readonly ms: number;
  readonly interval: readonly [lowMs: number, highMs: number] | null;
  readonly p90Ms: number;
  readonly runs: number;
  /** Part of the sum of all layers. */
  readonly share: number;
  readonly gmacPerS: number;
  readonly gbPerS: number;
}

/** The JSON of `profile --json`; stable. */
export interface ProfileJson {
  readonly net: string;
  readonly input: readonly number[];
  /** Inputs that one run takes together. */
  readonly batch: number;
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly software: boolean;
  };
  readonly precision: 'f32' | 'f16' | 'int8';
  /** What the plan was made for. */
  readonly for: 'gpu' | 'software';
  readonly dispatches: number;
  readonly passes: number;
  readonly submits: number;
  /** Lasting GPU objects created by one warm inference. */
  readonly objectsPerRun: number;
  readonly cold: { readonly compileMs: number; readonly uploadMs: number; readonly firstRunMs: number };
  /** Input in JS to logits in JS. */
  readonly warm: { readonly medianMs: number; readonly p90Ms: number; readonly runs: number };
  /** Median of one pass with all dispatches. */
  readonly gpuMs: number;
  /** gpuMs − Σ layers: what timing each dispatch in a pass of its own changed. */
  readonly betweenMs: number;
  /** What spoiled the runs: `drift` (they became slower or faster), `bursts` (some took much longer than the rest). */
  readonly disturbed: readonly Disturbance[];
  /** True where the adapter has no timestamps. */
  readonly estimated: boolean;
  /** The clock's step in nanoseconds, found from the timestamps; null where there are none. */
  readonly tickNs: number | null;
  /** Bytes that stay on the GPU: packed weights, and the buffers that activations share. */
  readonly weightBytes: number;
  readonly activationBytes: number;
  /** One entry per limit of --budget. */
  readonly budget?: readonly BudgetVerdict[];
  readonly layers: readonly ProfileLayer[];
}

/** What a budget may limit. */
export const figures = ({ warm, gpuMs, weightBytes, activationBytes, dispatches }: ProfileJson) => ({
  ms: warm.medianMs,
  'gpu-ms': gpuMs,
  mb: (weightBytes + activationBytes) / 1e6,
  dispatches,
});

const sentences: Readonly<Record<Disturbance, string>> = {
  drift: 'not steady: the runs became slower or faster from begin to end (heat, throttling); measure again',
  bursts: 'not steady: some runs took much longer than the rest (something else uses the device); measure again',
  hidden: 'not steady: the page was hidden',
};

export function report(found: ProfileJson): string[] {
  const ms = (value: number): string => value.toFixed(3);
  const rows = found.layers.map((row, i) => [
    String(i),
    nodesText(row.nodes),
    row.op,
    shapeText(row.shape),
    ms(row.ms),
    row.interval ? ms((row.interval[1] - row.interval[0]) / 2) : '',
    (100 * row.share).toFixed(1),
    row.gmacPerS.toFixed(2),
    row.gbPerS.toFixed(2),
    row.kernel,
  ]);
  const sum = found.layers.reduce((total, row) => total + row.ms, 0);
  const path = found.adapter.software ? 'a CPU adapter: these times say nothing about GPUs' : 'WebGPU';
  return [
    `${found.net}, input ${found.input.join('×')}, ${found.precision}, the plan for ${found.for === 'gpu' ? 'a GPU' : 'a software adapter'}, on ${found.adapter.description} (${path})`,
    '',
    ...textTable(
      [
        { title: '#', right: true },
        { title: 'nodes' },
        { title: 'op' },
        { title: 'output' },
        { title: found.estimated ? 'ms (estimate)' : 'ms', right: true },
        { title: '±', right: true },
        { title: '%', right: true },
        { title: 'GMAC/s', right: true },
        { title: 'GB/s', right: true },
        { title: 'kernel' },
      ],
      rows,
    ),
    '',
    `layers ${ms(sum)} ms; whole net in one pass ${ms(found.gpuMs)} ms; difference ${ms(found.betweenMs)} ms`,
    `cold: compile ${ms(found.cold.compileMs)} ms, upload ${ms(found.cold.uploadMs)} ms, first run ${ms(found.cold.firstRunMs)} ms`,
    `warm, input to logits: median ${ms(found.warm.medianMs)} ms, p90 ${ms(found.warm.p90Ms)} ms, ${found.warm.runs} runs`,
    ...found.disturbed.map((kind) => sentences[kind]),
    ...(found.batch > 1
      ? [
          `${found.batch} inputs together: ${ms(found.warm.medianMs / found.batch)} ms an input, ${((1000 * found.batch) / found.warm.medianMs).toFixed(1)} inputs a second`,
        ]
      : []),
    `per ${found.batch > 1 ? 'run' : 'inference'}: ${found.dispatches} dispatches, ${found.passes} passes, ${found.submits} submits, ${found.objectsPerRun} objects created`,
  ];
}
