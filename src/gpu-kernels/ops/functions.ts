// Functions of one element that imported nets are spelled with: clipping with any bounds, scale and offset, roots, powers of e.
import * as v from 'valibot';
import { definePointwise, type WgslFloat } from '../op.ts';
import { f32 } from './attributes.ts';
import { onlyOperand } from './operands.ts';
import { erf } from './activations.ts';

const finite = v.pipe(v.number('must be a number'), v.finite('must be a finite number'));

/** WGSL constant of the variable's type. */
const constant = (value: number, type: WgslFloat): string => {
  const text = f32(value);
  return type === 'f32' ? text : `${type}(${text})`;
};

const clipAttrs = v.pipe(
  v.strictObject({ min: finite, max: finite }),
  v.check(({ min, max }) => min <= max, 'min must not exceed max'),
);

export const clip = definePointwise({
  name: 'clip',
  doc: 'min(max(x, min), max) with any two bounds.',
  attrs: clipAttrs,
  shape: (inputs) => onlyOperand(inputs, 'a clip'),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { attrs: { min, max } }) =>
    (x as Float32Array).map((value) => Math.min(Math.max(value, min), max)),
  pointwise: (x, { min, max }, type = 'vec4f') => `clamp(${x}, ${constant(min, type)}, ${constant(max, type)})`,
  onnx: {
    write: ({ builder, inputs, output, attrs: { min, max } }) =>
      void builder.add('Clip', [...inputs, builder.scalar(min), builder.scalar(max)], {}, output),
  },
  pytorch: { expression: (n) => `${n.x()}.clamp(${n.attrs.min}, ${n.attrs.max})` },
  activates: true,
});

const affineAttrs = v.strictObject({ factor: finite, offset: finite });

export const affine = definePointwise({
  name: 'affine',
  doc: 'factor · x + offset with two fixed numbers.',
  attrs: affineAttrs,
  shape: (inputs) => onlyOperand(inputs, 'a scale and offset'),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { attrs: { factor, offset } }) =>
    (x as Float32Array).map((value) => value * factor + offset),
  pointwise: (x, { factor, offset }, type = 'vec4f') => `(${x} * ${f32(factor)} + ${constant(offset, type)})`,
  onnx: {
    write: ({ builder, inputs, output, attrs: { factor, offset } }) =>
      void builder.add(
        'Add',
        [builder.add('Mul', [...inputs, builder.scalar(factor)]), builder.scalar(offset)],
        {},
        output,
      ),
  },
  pytorch: { expression: (n) => `${n.x()} * ${n.attrs.factor} + ${n.attrs.offset}` },
});

const leakyReluAttrs = v.strictObject({ slope: v.optional(finite, 0.01) });

export const leakyRelu = definePointwise({
  name: 'leaky_relu',
  doc: 'x where positive, else slope · x.',
  attrs: leakyReluAttrs,
  shape: (inputs) => onlyOperand(inputs, 'a leaky relu'),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { attrs: { slope } }) =>
    (x as Float32Array).map((value) => (value > 0 ? value : value * slope)),
  pointwise: (x, { slope }, type = 'vec4f') =>
    `(max(${x}, ${constant(0, type)}) + ${f32(slope)} * min(${x}, ${constant(0, type)}))`,
  onnx: {
    write: ({ builder, inputs, output, attrs: { slope } }) =>
      void builder.add('LeakyRelu', inputs, { alpha: { float: slope } }, output),
  },
  pytorch: { expression: (n) => `F.leaky_relu(${n.x()}, ${n.attrs.slope})` },
  activates: true,
});

interface Meaning {
  readonly apply: (x: number) => number;
  /** A finite x gives a finite result: padding lanes are 0, and what they become is multiplied with 0 later. */
  readonly wgsl: (x: string, c: (value: number) => string) => string;
  readonly onnx: string;
  readonly pytorch: string;
}

/** Least normal number of float32: what stands for 0 where 0 has no finite result. */
const least = 1.1754944e-38;

const meanings = {
  exp: {
    apply: (x) => Math.exp(Math.min(x, 88)),
    wgsl: (x, c) => `exp(min(${x}, ${c(88)}))`,
    onnx: 'Exp',
    pytorch: 'torch.exp',
  },
  log: {
    apply: (x) => Math.log(Math.max(x, least)),
    wgsl: (x, c) => `log(max(${x}, ${c(least)}))`,
    onnx: 'Log',
    pytorch: 'torch.log',
  },
  sqrt: {
    apply: (x) => Math.sqrt(Math.max(x, 0)),
    wgsl: (x, c) => `sqrt(max(${x}, ${c(0)}))`,
    onnx: 'Sqrt',
    pytorch: 'torch.sqrt',
  },
  reciprocal: {
    apply: (x) => (x === 0 ? 1e-30 : 1 / x),
    wgsl: (x, c) => `(1.0 / select(${x}, ${c(1e30)}, ${x} == ${c(0)}))`,
    onnx: 'Reciprocal',
    pytorch: 'torch.reciprocal',
  },
  abs: { apply: Math.abs, wgsl: (x) => `abs(${x})`, onnx: 'Abs', pytorch: 'torch.abs' },
  square: { apply: (x) => x * x, wgsl: (x) => `(${x} * ${x})`, onnx: '', pytorch: 'torch.square' },
  floor: { apply: Math.floor, wgsl: (x) => `floor(${x})`, onnx: 'Floor', pytorch: 'torch.floor' },
  ceil: { apply: Math.ceil, wgsl: (x) => `ceil(${x})`, onnx: 'Ceil', pytorch: 'torch.ceil' },
  softplus: {
    apply: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    wgsl: (x, c) => `(max(${x}, ${c(0)}) + log(1.0 + exp(-min(abs(${x}), ${c(87)}))))`,
    onnx: 'Softplus',
    pytorch: 'F.softplus',
  },
  erf: {
    apply: erf,
    // Abramowitz & Stegun 7.1.26 is only good to 1.5e-7, which is float32's own step near 1.
    wgsl: (x, c) => {
      const t = `(1.0 / (1.0 + 0.3275911 * abs(${x})))`;
      const polynomial = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592].reduce(
        (inner, a) => (inner ? `(${a} + ${t} * ${inner})` : `${a}`),
        '',
      );
      return `(sign(${x}) * (1.0 - ${t} * ${polynomial} * exp(-min(${x} * ${x}, ${c(87)}))))`;
    },
    onnx: 'Erf',
    pytorch: 'torch.erf',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

export const functionNames = Object.keys(meanings) as (keyof typeof meanings)[];

const functionAttrs = v.strictObject({ of: v.picklist(functionNames, `must be one of ${functionNames.join(', ')}`) });

export const elementFunction = definePointwise({
  name: 'function',
  doc: 'A mathematical function of each element: exp, log, sqrt, reciprocal, abs, square, floor, ceil, softplus or erf.',
  attrs: functionAttrs,
  shape: (inputs) => onlyOperand(inputs, 'a function'),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { attrs }) => (x as Float32Array).map((value) => meanings[attrs.of].apply(value)),
  pointwise: (x, { of }, type = 'vec4f') => (meanings[of] as Meaning).wgsl(x, (value) => constant(value, type)),
  onnx: {
    write({ builder, inputs, output, attrs: { of } }) {
      const [x] = inputs as [string];
      if (of === 'square') builder.add('Mul', [x, x], {}, output);
      else builder.add(meanings[of].onnx, [x], {}, output);
    },
  },
  pytorch: { expression: (n) => `${meanings[n.attrs.of].pytorch}(${n.x()})` },
});
