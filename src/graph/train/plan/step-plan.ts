// One step of training as one pass: the graph's dispatches, then three for all tensors together: gradients gathered, their norm, the update.
import { grid } from '../../../gpu-kernels/kernels/training/lowering.ts';
import { decays } from '../optimizer.ts';
import type { TrainGraph } from '../train-graph.ts';
import type { TrainerOptions } from '../backend.ts';
import type { Shape } from '../../../gpu-kernels/shape.ts';
import { fuseNodes } from './fuse.ts';
import { planNodes, type NodesPlan, type TensorPlace } from './nodes-plan.ts';
import { control, gatherText, normText, updateText } from './step-kernels.ts';

/** Words of the arena's header, which the one write of a step begins with: rate, first of its update, last of it, share of the mean. */
export const HEADER = 4;

/** Elements that a workgroup of the steps over all tensors takes. */
const CHUNK = 1024;

export interface StepDispatch {
  readonly kernel: string;
  readonly wgsl: string;
  readonly workgroups: readonly [number, number, number];
}

export interface StepPlan {
  readonly nodes: NodesPlan;
  /** Dispatches behind the nodes' own, in order. */
  readonly after: readonly StepDispatch[];
  /** Chunks of `after`'s tables: see step-kernels.ts. */
  readonly table: Uint32Array;
  /** Trained tensors by name: places in the state's buffer, which are those in the gradients' and optimizer's too. */
  readonly trained: ReadonlyMap<string, TensorPlace>;
  readonly trainedFloats: number;
  readonly optimizerFloats: number;
  readonly averages: boolean;
  readonly controlFloats: number;
  /** All buffers together. */
  readonly bytes: number;
}

/** `tensors`: everything that the state holds, by name. */
export function planStep(
  train: TrainGraph,
  tensors: ReadonlyMap<string, Shape>,
  options: TrainerOptions,
  fuse = true,
): StepPlan {
  const named = new Map(train.parameters.map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of tensors) if (!named.has(name)) named.set(name, shape);
  const nodes = planNodes(train.nodes, {
    keep: [
      train.loss,
      train.output,
      ...train.parameters.map(({ gradient }) => gradient),
      ...train.updates.map(({ value }) => value),
      ...(train.inputGradient === undefined ? [] : [train.inputGradient]),
    ],
    tensors: named,
    header: HEADER,
    ...(fuse && { fuse: fuseNodes(train) }),
  });
  const trained = new Map(train.parameters.map(({ name }) => [name, nodes.state.get(name) as TensorPlace]));
  const end = Math.max(0, ...[...trained.values()].map(({ at, length }) => at + length));
  const trainedFloats = Math.ceil(end / 4) * 4;

  // A chunk: place in the state, place of its source in the arena, elements, kind and bits of its factor.
  const chunks: number[] = [];
  const cut = (to: TensorPlace, at: number, word: number): void => {
    for (let done = 0; done < to.length; done += CHUNK)
      chunks.push(to.at + done, at + done, Math.min(CHUNK, to.length - done), word);
  };
  for (const { name, shape, gradient } of train.parameters) {
    const place = nodes.kept.get(gradient) as TensorPlace;
    cut(trained.get(name) as TensorPlace, place.at, decays(options.optimizer, { name, shape }) ? 1 : 0);
  }
  const gradientChunks = chunks.length / 4;
  for (const update of train.updates) {
    const factor = 'replaces' in update ? NaN : update.factor;
    cut(nodes.state.get(update.name) as TensorPlace, (nodes.kept.get(update.value) as TensorPlace).at, bits(factor));
  }
  const moved = chunks.length / 4;
  if (options.ema !== undefined)
    for (const [name, place] of nodes.state)
      if (!trained.has(name) && !train.updates.some((update) => update.name === name)) cut(place, 0, 0);
  const all = chunks.length / 4;
  const shape = { gradientChunks, moved, all, loss: (nodes.kept.get(train.loss) as TensorPlace).at };
  const after: StepDispatch[] = [
    { kernel: 'step/gather', wgsl: gatherText(shape), workgroups: grid(Math.max(1, gradientChunks)) },
    { kernel: 'step/norm', wgsl: normText(shape, options), workgroups: [1, 1, 1] },
    { kernel: 'step/update', wgsl: updateText(shape, options), workgroups: grid(Math.max(1, all)) },
  ];
  const optimizerFloats = optimizerTensors(options) * trainedFloats;
  const controlFloats = control.length + Math.max(1, gradientChunks);
  const floats =
    nodes.arenaFloats +
    nodes.stateFloats * (options.ema === undefined ? 1 : 2) +
    trainedFloats +
    optimizerFloats +
    controlFloats +
    nodes.tables.length +
    chunks.length +
    64 * nodes.dispatches.length;
  return {
    nodes,
    after,
    table: Uint32Array.from(chunks),
    trained,
    trainedFloats,
    optimizerFloats,
    averages: options.ema !== undefined,
    controlFloats,
    bytes: 4 * floats,
  };
}

/** Numbers that an optimizer remembers of each parameter. */
export function optimizerTensors({ optimizer }: TrainerOptions): 0 | 1 | 2 {
  if (optimizer.name !== 'sgd') return 2;
  return optimizer.momentum === 0 ? 0 : 1;
}

const bits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] as number;
