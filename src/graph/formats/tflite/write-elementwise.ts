// Activations, sums and products as TFLite operators; what TFLite has no operator for is spelled as its own converter does.
import { vectorOf, type TfliteForm, type TfliteNode } from './form.ts';

const one =
  (kind: string, options: Readonly<Record<string, number>> = {}): TfliteForm =>
  (n) =>
    void n.w.add(kind, [n.inputs[0]!], n.output, options);

const withNumber = (n: TfliteNode<unknown>, kind: string, x: number, value: number, output: number): number =>
  n.w.add(kind, [x, n.w.scalar(value)], output);

/** relu6(x + 3) / 6. */
function hardSigmoid(n: TfliteNode<unknown>): void {
  const shifted = withNumber(n, 'ADD', n.inputs[0]!, 3, n.between(n.shape));
  const cut = n.w.add('RELU6', [shifted], n.between(n.shape));
  withNumber(n, 'MUL', cut, 1 / 6, n.output);
}

const binary =
  (kind: string): TfliteForm =>
  (n) =>
    void n.w.add(kind, n.inputs, n.output);

const functions: Readonly<Record<string, string>> = {
  exp: 'EXP',
  log: 'LOG',
  sqrt: 'SQRT',
  abs: 'ABS',
  square: 'SQUARE',
  floor: 'FLOOR',
  ceil: 'CEIL',
};

export const elementwiseForms = {
  relu: one('RELU'),
  relu6: one('RELU6'),
  hswish: one('HARD_SWISH'),
  hsigmoid: hardSigmoid,
  sigmoid: one('LOGISTIC'),
  tanh: one('TANH'),
  gelu: one('GELU', { approximate: 0 }),
  gelu_tanh: one('GELU', { approximate: 1 }),
  swish(n: TfliteNode<unknown>): void {
    const gate = n.w.add('LOGISTIC', [n.inputs[0]!], n.between(n.shape));
    n.w.add('MUL', [n.inputs[0]!, gate], n.output);
  },
  prelu(n: TfliteNode<unknown>): void {
    n.w.add('PRELU', [n.inputs[0]!, vectorOf(n, 'slope', n.param('weight')!)], n.output);
  },
  leaky_relu(n: TfliteNode<{ slope: number }>): void {
    n.w.add('LEAKY_RELU', [n.inputs[0]!], n.output, { alpha: n.attrs.slope });
  },
  add: binary('ADD'),
  sub: binary('SUB'),
  mul: binary('MUL'),
  scale_const(n: TfliteNode<{ factor: number }>): void {
    withNumber(n, 'MUL', n.inputs[0]!, n.attrs.factor, n.output);
  },
  affine(n: TfliteNode<{ factor: number; offset: number }>): void {
    const scaled = withNumber(n, 'MUL', n.inputs[0]!, n.attrs.factor, n.between(n.shape));
    withNumber(n, 'ADD', scaled, n.attrs.offset, n.output);
  },
  clip(n: TfliteNode<{ min: number; max: number }>): void {
    const low = withNumber(n, 'MAXIMUM', n.inputs[0]!, n.attrs.min, n.between(n.shape));
    withNumber(n, 'MINIMUM', low, n.attrs.max, n.output);
  },
  layer_scale(n: TfliteNode<unknown>): void {
    n.w.add('MUL', [n.inputs[0]!, vectorOf(n, 'gamma', n.param('gamma')!)], n.output);
  },
  function(n: TfliteNode<{ of: string }>): void {
    const kind = functions[n.attrs.of];
    if (kind === undefined) throw new Error(`"${n.id}" is the function ${n.attrs.of}, which has no TFLite form here`);
    n.w.add(kind, [n.inputs[0]!], n.output);
  },
} satisfies Readonly<Record<string, TfliteForm>>;
