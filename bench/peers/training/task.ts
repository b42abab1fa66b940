// The step of training that is raced: MobileNetV2 at 0.35 on a batch, cross-entropy, SGD with momentum 0.9; same weights and data for all.
import { expand } from '../../../src/graph/blocks/expand.ts';
import { withBatch } from '../../../src/graph/ir/batch.ts';
import type { GraphNode, InferredGraph } from '../../../src/graph/ir/graph.ts';
import { nchwToNhwc } from '../../../src/graph/ir/reference.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { startWeights } from '../../../src/graph/train/start-weights.ts';
import { conv2dWindow, type Conv2dAttrs } from '../../../src/gpu-kernels/ops/convolution.ts';

export const rate = 0.01;
export const momentum = 0.9;
export const classes = 10;

export interface TrainTask {
  /** Takes the whole batch. */
  readonly graph: InferredGraph;
  readonly start: ReadonlyMap<string, Float32Array>;
  /** `[N, H, W, 3]`. */
  readonly shape: readonly [number, number, number, number];
  readonly nhwc: Float32Array;
  readonly nchw: Float32Array;
  /** One class a picture. */
  readonly labels: readonly number[];
}

export interface TrainRunner {
  /** One update; the loss before it. */
  step(): Promise<number>;
  end(): void;
}

export interface TrainPeer {
  readonly key: string;
  readonly title: string;
  readonly version: string;
  open(task: TrainTask): Promise<TrainRunner>;
}

/** Throws Error where the net cannot be built. */
export function trainTask(size: number, batch: number): TrainTask {
  const name = `mobilenetv2_035+classes=${classes}@${size}`;
  const preset = resolvePreset(name);
  if ('problem' in preset) throw new Error(preset.problem);
  const { graph: single, problems } = expand(preset.architecture, name);
  if (!single) throw new Error(problems[0]?.message ?? `${name} cannot be built`);
  const graph = withBatch(single, batch);
  const shape = [batch, size, size, 3] as const;
  const nchw = Float32Array.from(generateTensor('a', 'input', [batch, 3, size, size]));
  return {
    graph,
    start: startWeights(graph, 1),
    shape,
    nchw,
    nhwc: nchwToNhwc(nchw, shape),
    labels: Array.from({ length: batch }, (_, i) => i % classes),
  };
}

/** A convolution of the net as its peers need it. */
export interface Convolution {
  readonly weight: string;
  readonly attrs: Conv2dAttrs;
  readonly depthwise: boolean;
  /** Zeros around the map: `[top, bottom]`, then `[left, right]`. */
  readonly pads: readonly [readonly [number, number], readonly [number, number]];
}

/** Throws Error where the node is no convolution. */
export function convolutionOf(graph: InferredGraph, node: GraphNode): Convolution {
  const attrs = node.attrs as Conv2dAttrs;
  const input = graph.facts.get(node.inputs[0]!)!.shape;
  const { top, left, height, width } = conv2dWindow(input, attrs);
  const end = (axis: 0 | 1, out: number, begin: number): number =>
    Math.max(0, (out - 1) * attrs.stride[axis] + attrs.kernel[axis] - input[1 + axis]! - begin);
  return {
    weight: node.params.weight!,
    attrs,
    depthwise: attrs.groups > 1,
    pads: [
      [top, end(0, height, top)],
      [left, end(1, width, left)],
    ],
  };
}
