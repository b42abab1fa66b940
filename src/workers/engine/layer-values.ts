// What every layer of a loaded plan makes of an input: each value is copied out right after the dispatch that writes it, from the very
// buffers and kernels of a normal run. Verification compares these with the CPU reference; the views of feature maps read them.
import type { Shape } from '../../gpu-kernels/op.ts';
import { spread } from '../../graph/ir/reference.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import type { Program } from './program.ts';
import { load } from './stored-tensor.ts';

/**
 * A difference larger than this many standard deviations of the expected values is a fault. Each layer is judged on its own, from the
 * inputs that the GPU itself made: sound kernels stay below 5e-5 on every family, half precision would not.
 */
export const layerBound = 2e-4;

const usage = { mapRead: 1, copyDst: 8 } as const;

export interface LayerHooks {
  /** Checked before each dispatch. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/**
 * Values by node id, in the order of dispatches, in their logical layout. Nodes that a kernel computes on the way to another one's
 * value are never stored, so they are not here. Rejects when the plan is not of single precision, or with the signal's reason.
 */
export async function layerValues(
  program: Program,
  graph: InferredGraph,
  inputs: readonly Float32Array[],
  { signal, onProgress }: LayerHooks = {},
): Promise<Map<string, Float32Array>> {
  const { plan, dispatches } = program;
  const { device } = program.open;
  if (plan.precision !== 'f32') throw new Error('layers are compared in single precision; load the net with f32');
  const values = plan.lives.filter(({ value, from }) => from >= 0 && graph.facts.has(value));
  const found = new Map<string, Float32Array>();
  const largest = values.reduce((most, { bytes }) => Math.max(most, bytes), 16);
  const staging = device.createBuffer({ label: 'layer values', size: largest, usage: usage.mapRead | usage.copyDst });
  try {
    inputs.forEach((data, index) => program.writeInput(index, data));
    for (let dispatch = 0; dispatch < dispatches.length; dispatch++) {
      signal?.throwIfAborted();
      const made = values.filter(({ from }) => from === dispatch);
      if (made.length === 0) submit(program, dispatch);
      for (const [index, { value, slot, offset, bytes }] of made.entries()) {
        submit(program, index === 0 ? dispatch : undefined, (encoder) =>
          encoder.copyBufferToBuffer(program.slots[slot] as GPUBuffer, offset, staging, 0, bytes),
        );
        await staging.mapAsync(1, 0, bytes);
        const shape = graph.facts.get(value)?.shape as Shape;
        found.set(value, load({ node: value, shape, slot, offset, type: 'f32' }, staging.getMappedRange(0, bytes), 0));
        staging.unmap();
      }
      onProgress?.((dispatch + 1) / dispatches.length);
    }
    return found;
  } finally {
    staging.destroy();
  }
}

function submit(program: Program, dispatch: number | undefined, after?: (encoder: GPUCommandEncoder) => void): void {
  const encoder = program.open.device.createCommandEncoder();
  if (dispatch !== undefined) {
    const pass = encoder.beginComputePass();
    program.record(pass, dispatch, dispatch + 1);
    pass.end();
  }
  after?.(encoder);
  program.open.device.queue.submit([encoder.finish()]);
}

export interface LayerCheck {
  readonly node: string;
  /** Largest difference of any element, in standard deviations of the expected values; NaN when either side has one. */
  readonly difference: number;
  readonly passed: boolean;
}

/** Of values in whole steps, this share may be one step off: a value that was not stored on the way may round to the other side of a half. */
const offByOne = 0.01;

/** Holds one layer's values against the expected ones. `steps`: they are whole numbers, rounded from values that may lie halfway. */
export function checkLayer(node: string, expected: Float32Array, actual: Float32Array, steps = false): LayerCheck {
  const { mean, std } = spread(expected);
  let off = 0;
  // A constant map has no spread of its own; rounding is then measured against its size.
  const unit = Math.max(std, 1e-6 * Math.abs(mean), Number.MIN_VALUE);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    if (difference === 1) off++;
    // Written so that NaN wins.
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) break;
  }
  const difference = largest === 0 ? 0 : largest / unit;
  const passed = difference <= layerBound || (steps && largest === 1 && off <= offByOne * expected.length);
  return { node, difference, passed };
}
