// What random steps are drawn from: numbers, windows, riders, and a builder that collects operands and constants.
import type { StepData } from '../../../src/gpu-kernels/families/family.ts';
import type { AttrsOf, FloatFamily, Step } from '../../../src/gpu-kernels/families/index.ts';
import type { Window } from '../../../src/gpu-kernels/families/window.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import type { Rider, StepShape, Value, WeightExpr } from '../../../src/gpu-kernels/step.ts';
import { mulberry32 } from '../../../src/graph/random.ts';

export class Random {
  private readonly next: () => number;
  constructor(seed: number) {
    this.next = mulberry32(seed);
  }
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  pick<T>(...list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }
  chance(probability: number): boolean {
    return this.next() < probability;
  }
  numbers(count: number, low = -1, high = 1): Float32Array {
    return Float32Array.from({ length: count }, () => low + (high - low) * this.next());
  }
}

export const param = (name: string, shape: Shape): WeightExpr => ({ kind: 'param', name, shape });

export const unary = (op: string): Rider => ({ kind: 'unary', op, attrs: {} });

/** Collects operands and constants while riders are drawn. */
export class StepBuilder {
  readonly inputs: Value[] = [];
  readonly weights: Record<string, WeightExpr> = {};
  constructor(readonly random: Random) {}

  input(id: string, shape: Shape, type?: 'f32'): number {
    return this.inputs.push({ id, shape, ...(type && { type }) }) - 1;
  }

  weight(role: string, shape: Shape): void {
    this.weights[role] = param(role, shape);
  }

  /** Up to three riders on a value of this shape. */
  epilogue(shape: Shape): Rider[] {
    const { random } = this;
    const channels = shape.at(-1) as number;
    const riders: Rider[] = [];
    if (random.chance(0.7)) riders.push(unary(random.pick('relu', 'relu6', 'hswish', 'swish', 'gelu')));
    if (random.chance(0.3)) {
      this.weight('factor', [channels]);
      riders.push({ kind: 'channel', op: random.pick('mul', 'add', 'prelu'), weight: 'factor' });
    }
    if (random.chance(0.4))
      riders.push({
        kind: 'binary',
        op: random.pick('add', 'mul', 'sub'),
        input: this.input('residual', shape),
        swap: random.chance(0.3),
      });
    return riders;
  }

  /** A squeeze-excite gate, a scale and shift, or nothing. */
  prologue(shape: Shape): Rider[] {
    const { random } = this;
    const channels = shape.at(-1) as number;
    switch (random.whole(0, 3)) {
      case 0:
        return [{ kind: 'binary', op: 'mul', input: this.input('gate', [shape[0] as number, 1, 1, channels]) }];
      case 1:
        this.weight('before', [channels]);
        return [{ kind: 'channel', op: 'mul', weight: 'before' }, unary('hswish')];
      default:
        return [];
    }
  }

  build<F extends FloatFamily>(
    family: F,
    output: Shape,
    attrs: AttrsOf<F>,
    riders: { prologue?: Rider[]; epilogue?: Rider[] } = {},
    type?: 'f32',
  ): StepShape<F, AttrsOf<F>> {
    const outputs: Value[] = [{ id: 'y', shape: output, ...(type && { type }) }];
    return {
      family,
      from: ['node'],
      inputs: this.inputs,
      outputs,
      attrs,
      weights: this.weights,
      prologue: riders.prologue ?? [],
      epilogue: riders.epilogue ?? [],
    };
  }
}

export interface FloatData extends StepData {
  readonly inputs: readonly Float32Array[];
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** Operands of softmax and norms, whose means and maxima must not be near 0. */
const wide = 'wide';

/** Numbers for a step; weights are scaled so that results stay near 1. What divides (`sums`, `deviation`) is positive. */
export function fill(step: Step, random: Random): FloatData {
  const numbers = new Map(
    step.inputs.map(({ id, shape }) => [
      id,
      id === 'sums'
        ? random.numbers(elements(shape), 0.1, 1)
        : id === wide
          ? random.numbers(elements(shape), -60, 40)
          : random.numbers(elements(shape)),
    ]),
  );
  const inputs = step.inputs.map(({ id }) => numbers.get(id) as Float32Array);
  const weights = Object.fromEntries(
    Object.entries(step.weights).map(([role, { shape }]) => {
      const places = elements(step.inputs[0]?.shape ?? []);
      if (role === 'index') return [role, random.numbers(elements(shape), -1, places).map(Math.floor)];
      if (role === 'deviation') return [role, random.numbers(elements(shape), 0.5, 1.5)];
      const scale = shape.length > 1 ? 2 / Math.sqrt(elements(shape.slice(1))) : 1;
      return [role, random.numbers(elements(shape), -scale, scale)];
    }),
  );
  return { inputs, weights };
}

/** A window and the output size it leads to on this map; undefined when it does not fit. */
export function randomWindow(
  random: Random,
  input: Shape,
  limits: { kernel?: readonly number[]; stride?: readonly number[]; dilation?: readonly number[] } = {},
): { window: Window; height: number; width: number; ends: [number, number] } | undefined {
  const kernel = limits.kernel ? [random.pick(...limits.kernel)] : [random.whole(1, 5), random.whole(1, 5)];
  const stride = random.pick(...(limits.stride ?? [1, 2]));
  const dilation = random.pick(...(limits.dilation ?? [1]));
  const axes = ([0, 1] as const).map((axis) => {
    const k = (kernel[axis] ?? kernel[0]) as number;
    const reach = (k - 1) * dilation;
    const begin = random.pick(0, Math.floor(reach / 2), random.whole(0, reach));
    const end = random.pick(0, Math.floor(reach / 2), random.whole(0, reach));
    const length = input[axis + 1] as number;
    return { k, begin, end: length + end, size: Math.floor((length + begin + end - reach - 1) / stride) + 1 };
  });
  const [y, x] = axes as [(typeof axes)[0], (typeof axes)[0]];
  if (y.size < 1 || x.size < 1) return undefined;
  return {
    window: { kernel: [y.k, x.k], stride: [stride, stride], dilation: [dilation, dilation], pads: [y.begin, x.begin] },
    height: y.size,
    width: x.size,
    ends: [y.end, x.end],
  };
}
