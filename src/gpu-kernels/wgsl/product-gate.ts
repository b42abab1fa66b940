// A squeeze-excite gate, or a norm's deviations, that every workgroup of a product makes for itself: a launch less, where that is little work.
import { elements, type Shape } from '../op.ts';
import type { StepOf } from '../families/index.ts';
import type { InstanceNorm } from '../families/instance-norm.ts';
import type { PointwiseGate } from '../families/pointwise.ts';
import type { Value } from '../step.ts';
import { gateLayers } from './gate-layers.ts';
import { applyInstance, makeDeviations, momentsFit } from './instance-norm.ts';
import { columnWeights, type OnLoad } from './product.ts';
import type { ProductRows } from './product-rows.ts';
import type { Shader } from './shader.ts';

type Product = StepOf<'pointwise' | 'conv2d'>;

export const gateOf = (step: Product): PointwiseGate | undefined =>
  step.family === 'pointwise' ? step.attrs.gate : undefined;

export const instanceOf = (step: Product): InstanceNorm | undefined =>
  step.family === 'pointwise' ? step.attrs.instance : undefined;

/** Rows of sums that an invocation may have to add up one after another. */
const maxRounds = 49;
/** Weights of the gate, which every workgroup reads from the cache. */
const maxWeights = 60_000;

interface Grid {
  readonly tiles: number;
  readonly size: number;
  /** Rows of the product a workgroup: all of one picture. */
  readonly rows: number;
}

const partsOf = (step: Product, gate: PointwiseGate): number => (step.inputs[gate.input] as Value).shape[1] as number;

/** True without a gate, and where each workgroup of the grid can make it in less time than a launch takes. */
export function gateFits(step: Product, g: ProductRows, { tiles, size, rows }: Grid): boolean {
  const gate = gateOf(step);
  const instance = instanceOf(step);
  if (instance) return !gate && picturesApart(g, rows) && momentsFit(step, instance, g.in4, size);
  if (!gate) return true;
  const channels = g.input.at(-1) as number;
  const weights = 2 * gate.hidden * channels;
  return (
    picturesApart(g, rows) &&
    weights <= maxWeights &&
    weights * tiles <= (g.rows * g.outChannels * channels) / g.groups &&
    partsOf(step, gate) / Math.max(1, Math.floor(size / g.in4)) <= maxRounds
  );
}

/** True where no workgroup has rows of two pictures. */
export const picturesApart = (g: ProductRows, rows: number): boolean =>
  g.input[0] === 1 || (g.rows / (g.input[0] as number)) % rows === 0;

/** vec4s of workgroup memory: partial sums, then the gate's means (over which it is written) and hidden layer, or a norm's deviations. */
export const aheadMemory = (step: Product, g: ProductRows, size: number): number => {
  const gate = gateOf(step);
  if (gate) return size + g.in4 + Math.ceil(gate.hidden / 4);
  return instanceOf(step) ? size + g.in4 : 0;
};

/** The biases of the product and of the gate are one binding: eight are all that a device must have. */
export function productBias(shader: Shader, step: Product): ReturnType<Shader['vector']> {
  if (!gateOf(step)) return shader.vector('bias');
  const roles = ['bias', 'gateB1', 'gateB2'];
  const lengths = roles.map((role) => 4 * Math.ceil(elements((step.weights[role] as { shape: Shape }).shape) / 4));
  return shader.weight('bias', {
    packer: 'vector',
    roles,
    options: {},
    elements: lengths.reduce((sum, length) => sum + length, 0),
  });
}

/** Statements ahead of the product that leave the gate, or the deviations of a norm, in `partial`, for the picture of u32 `firstRow`. */
export function makeAhead(shader: Shader, step: Product, g: ProductRows, size: number, firstRow: string): string {
  const [gate, instance] = [gateOf(step), instanceOf(step)];
  const batch = g.input[0] as number;
  const picture = batch === 1 ? '0u' : `(${firstRow}) / ${g.rows / batch}u`;
  if (instance) return `let picture = ${picture};\n${makeDeviations(shader, step, instance, size, 'picture')}`;
  return gate ? `let picture = ${picture};\n${makeGate(shader, step, g, gate, size)}` : '';
}

function makeGate(shader: Shader, step: Product, g: ProductRows, gate: PointwiseGate, size: number): string {
  const channels = g.input.at(-1) as number;
  const hidden4 = Math.ceil(gate.hidden / 4);
  const parts = partsOf(step, gate);
  const sums = shader.input(gate.input);
  const w1 = shader.weight('gate1', columnWeights([gate.hidden, channels], 'gateW1'));
  const w2 = shader.weight('gate2', columnWeights([channels, gate.hidden], 'gateW2'));
  const bias = productBias(shader, step);
  return gateLayers(shader, {
    size,
    rolled: true,
    blocks: [g.in4, hidden4, g.in4],
    hidden: gate.hidden,
    pixels: gate.pixels,
    act: gate.act,
    rows: parts,
    row: shader.load(sums, `(picture * ${parts}u + index) * ${g.in4}u + block`),
    means: (block) => `partial[${size}u + ${block}]`,
    inner: (block) => `partial[${size + g.in4}u + ${block}]`,
    weight: (n, at) => shader.load(n === 1 ? w1 : w2, at),
    bias: (n, block) => shader.load(bias, `${g.out4 + (n === 1 ? 0 : hidden4)}u + ${block}`),
    finish: `${shader.riders(gate.last, 'v', [1, 1, 1, channels], '0u', 'block', false)}\npartial[${size}u + block] = v;`,
  });
}

/** What the gate or the norm does to what is loaded. */
export function onLoad(shader: Shader, step: Product, size: number): OnLoad {
  const ahead = `partial[${size}u + c]`;
  if (instanceOf(step)) return applyInstance(shader, step, 'x', 'c', ahead);
  return { once: '', each: gateOf(step) ? `x = x * ${ahead};` : '' };
}
