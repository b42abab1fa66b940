// Derivatives of EvoNorm: the quotient, the slope of its gate or of the branch that its maximum takes, and the variances' own share.
import { type Shape } from '../op.ts';
import { layerScale, mul } from '../ops/arithmetic.ts';
import { evonormB0, evonormS0 } from '../ops/evonorm.ts';
import { channelsOf } from '../ops/operands.ts';
import { moments } from '../ops/moments.ts';
import { numbers } from '../numbers.ts';
import { derive, formula, type Differentiated, type GradientBuilder, type Partials } from './gradient.ts';
import { eachElement, eachSet, setSize, type Over } from './norm-parts.ts';
import { summed } from './reduce.ts';

const vector = (shape: Shape | undefined) => ({ shape: [channelsOf(shape as Shape)], trainable: true });
type Asked = 'input' | 'weight' | 'v';
const partShape = ([dy]: readonly Shape[], part: Asked): Shape =>
  part === 'input' ? (dy as Shape) : [channelsOf(dy as Shape)];

/** Sums by set and their way back: value is added to element i of `into` as 2·(x − mean)/n times the set's derivative to its variance. */
function throughVariance(x: Float32Array, into: Float64Array, shape: Shape, over: Over, slopes: Float64Array): void {
  const count = setSize(shape, over);
  const means = new Float64Array(slopes.length);
  eachSet(
    shape,
    over,
    ({ from, rows, stride, width }, set) => (means[set] = moments(x, from, rows, stride, width).mean),
  );
  eachElement(shape, over, (at, _channel, set) => {
    into[at] =
      (into[at] as number) + ((slopes[set] as number) * 2 * ((x[at] as number) - (means[set] as number))) / count;
  });
}

export interface S0Part {
  readonly groups: number;
  readonly eps: number;
  readonly part: Asked;
}

/** y = x·s / σ · weight + bias, s = sigmoid(v·x), σ of the group. Operands: dy, x. */
const evonormS0Gradient = formula<S0Part>({
  name: 'evonorm_s0_gradient',
  shape: (inputs, { part }) => partShape(inputs, part),
  params: ([dy]) => ({ weight: vector(dy), v: vector(dy) }),
  reference([dy, x], params, { inputs: [shape], attrs: { groups, eps, part } }) {
    const [upstream, source] = [dy as Float32Array, x as Float32Array];
    const { weight, v } = params as Record<'weight' | 'v', Float32Array>;
    const over: Over = { over: 'group', groups };
    const input = shape as Shape;
    const channels = channelsOf(input);
    const own = {
      input: new Float64Array(source.length),
      weight: new Float64Array(channels),
      v: new Float64Array(channels),
    };
    const toVariance = new Float64Array((input[0] as number) * groups);
    const deviations = new Float64Array(toVariance.length);
    eachSet(input, over, ({ from, rows, stride, width }, set) => {
      deviations[set] = Math.sqrt(moments(source, from, rows, stride, width).variance + eps);
    });
    eachElement(input, over, (at, c, set) => {
      const [g, value, slope, deviation] = [
        upstream[at] as number,
        source[at] as number,
        v[c] as number,
        deviations[set] as number,
      ];
      const s = 1 / (1 + Math.exp(-slope * value));
      const bend = value * s * (1 - s);
      const scaled = (g * (weight[c] as number)) / deviation;
      own.input[at] = scaled * (s + slope * bend);
      own.weight[c] = (own.weight[c] as number) + (g * value * s) / deviation;
      own.v[c] = (own.v[c] as number) + scaled * value * bend;
      toVariance[set] = (toVariance[set] as number) - (scaled * value * s) / (2 * deviation * deviation);
    });
    if (part === 'input') throughVariance(source, own.input, input, over, toVariance);
    return numbers(own[part]);
  },
});

export interface B0Part {
  readonly eps: number;
  /** The running variance stands for the batch's own: it is a function of x. */
  readonly batch: boolean;
  readonly part: Asked;
}

/** y = x / max(A, v·x + I) · weight + bias, A of the batch, I of the instance. Operands: dy, x. */
const evonormB0Gradient = formula<B0Part>({
  name: 'evonorm_b0_gradient',
  shape: (inputs, { part }) => partShape(inputs, part),
  params: ([dy]) => ({ weight: vector(dy), v: vector(dy), running_var: { ...vector(dy), trainable: false } }),
  reference([dy, x], params, { inputs: [shape], attrs: { eps, batch, part } }) {
    const [upstream, source] = [dy as Float32Array, x as Float32Array];
    const { weight, v, running_var } = params as Record<'weight' | 'v' | 'running_var', Float32Array>;
    const input = shape as Shape;
    const channels = channelsOf(input);
    const instances: Over = { over: 'group', groups: channels };
    const own = {
      input: new Float64Array(source.length),
      weight: new Float64Array(channels),
      v: new Float64Array(channels),
    };
    const toBatch = new Float64Array(channels);
    const toInstance = new Float64Array((input[0] as number) * channels);
    const deviations = new Float64Array(toInstance.length);
    eachSet(input, instances, ({ from, rows, stride, width }, set) => {
      deviations[set] = Math.sqrt(moments(source, from, rows, stride, width).variance + eps);
    });
    eachElement(input, instances, (at, c, set) => {
      const [g, value, slope] = [upstream[at] as number, source[at] as number, v[c] as number];
      const whole = Math.sqrt((running_var[c] as number) + eps);
      const single = slope * value + (deviations[set] as number);
      const bottom = Math.max(whole, single);
      const scaled = (g * (weight[c] as number)) / bottom;
      const toBottom = (-scaled * value) / bottom;
      own.input[at] = scaled;
      own.weight[c] = (own.weight[c] as number) + (g * value) / bottom;
      if (single > whole) {
        own.input[at] += toBottom * slope;
        own.v[c] = (own.v[c] as number) + toBottom * value;
        toInstance[set] = (toInstance[set] as number) + toBottom / (2 * (deviations[set] as number));
      } else toBatch[c] = (toBatch[c] as number) + toBottom / (2 * whole);
    });
    if (part === 'input') {
      throughVariance(source, own.input, input, instances, toInstance);
      if (batch) throughVariance(source, own.input, input, { over: 'batch' }, toBatch);
    }
    return numbers(own[part]);
  },
});

/** Scale and shift alone: what EvoNorm is where no activation follows. */
function affinePartials(g: GradientBuilder, n: Differentiated<unknown>, dy: string): Partials {
  return {
    inputs: [() => g.add(layerScale, {}, [dy], { gamma: n.params.weight as string })],
    params: {
      weight: () => summed(g, g.add(mul, {}, [dy, n.inputs[0] as string]), [channelsOf(n.output)]),
      bias: () => summed(g, dy, [channelsOf(n.output)]),
    },
  };
}

export const evonormS0Derivative = derive(evonormS0, (g, n, dy) => {
  if (!n.attrs.apply) return affinePartials(g, n, dy);
  const { weight, v } = n.params as Record<'weight' | 'v', string>;
  const part = (asked: Asked) => () =>
    g.add(evonormS0Gradient, { groups: n.attrs.groups, eps: n.attrs.eps, part: asked }, [dy, n.inputs[0] as string], {
      weight,
      v,
    });
  return {
    inputs: [part('input')],
    params: { weight: part('weight'), v: part('v'), bias: () => summed(g, dy, [channelsOf(n.output)]) },
  };
});

export const evonormB0Derivative = derive(evonormB0, (g, n, dy) => {
  if (!n.attrs.apply) return affinePartials(g, n, dy);
  const { weight, v, running_var } = n.params as Record<'weight' | 'v' | 'running_var', string>;
  // In training the variance is a value of the graph, made from the node's own input.
  const attrs = { eps: n.attrs.eps, batch: g.standsIn(running_var) };
  const part = (asked: Asked) => () =>
    g.add(evonormB0Gradient, { ...attrs, part: asked }, [dy, n.inputs[0] as string], { weight, v, running_var });
  return {
    inputs: [part('input')],
    params: { weight: part('weight'), v: part('v'), bias: () => summed(g, dy, [channelsOf(n.output)]) },
  };
});
