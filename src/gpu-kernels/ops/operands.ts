// Checks of an op's operands that end in one clear sentence, and names for the parts of a shape.
import { ShapeError, type Shape } from '../op.ts';

export type MapShape = readonly [batch: number, height: number, width: number, channels: number];

export const printShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** Size of the last axis. */
export const channelsOf = (shape: Shape): number => shape.at(-1) as number;

/** The operands, checked to be `expected` many. `what` begins the sentence: `a sum`, `batch norm`. */
export function operands(inputs: readonly Shape[], expected: number, what: string): readonly Shape[] {
  if (inputs.length !== expected) {
    throw new ShapeError(`${what} reads ${expected} ${expected === 1 ? 'input' : 'inputs'}, not ${inputs.length}`);
  }
  return inputs;
}

export function onlyOperand(inputs: readonly Shape[], what: string): Shape {
  return operands(inputs, 1, what)[0] as Shape;
}

/** The only operand, checked to be a feature map `[N, H, W, C]`. */
export function featureMap(inputs: readonly Shape[], what: string): MapShape {
  const input = onlyOperand(inputs, what);
  const [batch = 0, height = 0, width = 0, channels = 0] = input;
  if (input.length !== 4) {
    throw new ShapeError(
      `${what} needs a feature map [N, H, W, C], not ${printShape(input)}`,
      'move it above the pooling or the flattening, or turn the tokens back into a map',
    );
  }
  return [batch, height, width, channels];
}

/** The only operand, checked to be tokens `[N, T, C]`. */
export function tokensOf(
  inputs: readonly Shape[],
  what: string,
): readonly [batch: number, tokens: number, channels: number] {
  const input = onlyOperand(inputs, what);
  const [batch = 0, tokens = 0, channels = 0] = input;
  if (input.length !== 3) {
    throw new ShapeError(`${what} needs tokens [N, T, C], not ${printShape(input)}`, 'flatten the map to tokens first');
  }
  return [batch, tokens, channels];
}

/** `axis` checked to exist in `shape`; the batch axis is not for ops that rearrange one picture. */
export function checkAxis(shape: Shape, axis: number, what: string): void {
  if (axis >= shape.length)
    throw new ShapeError(
      `${what} has no axis ${axis} in ${printShape(shape)}`,
      `use an axis from 1 to ${shape.length - 1}`,
    );
}

/** Number of blocks before `axis` and of elements in one step along it: element (o, i, e) lies at (o·size + i)·inner + e. */
export function around(shape: Shape, axis: number): { outer: number; size: number; inner: number } {
  const product = (sizes: Shape) => sizes.reduce((a, b) => a * b, 1);
  return { outer: product(shape.slice(0, axis)), size: shape[axis] as number, inner: product(shape.slice(axis + 1)) };
}
