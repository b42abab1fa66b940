// Where our channel-last axes are in the channel-first layout of ONNX and PyTorch.
import type { Shape } from '../op.ts';

/** Our map `[N, H, W, C]` is their `[N, C, H, W]`; tokens and vectors keep their order. */
export const channelFirst = (shape: Shape): Shape =>
  shape.length === 4 ? [shape[0] as number, shape[3] as number, shape[1] as number, shape[2] as number] : shape;

/** Axis of a value of that rank → its axis there. */
export const channelFirstAxis = (rank: number, axis: number): number =>
  rank === 4 ? ([0, 2, 3, 1][axis] as number) : axis;

/** A vector over the channels, shaped to run along the channel of such a value. */
export const alongChannel = (shape: Shape): Shape => {
  const channels = shape.at(-1) as number;
  return shape.length === 4 ? [channels, 1, 1] : [channels];
};
