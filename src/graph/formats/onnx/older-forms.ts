// Nodes that the newest operator set has and older ones lack, in the words of the older: what a file for an older runtime is written with.
import type { OnnxAttribute, OnnxWriter } from '../../../gpu-kernels/forms.ts';

interface OlderWriter extends OnnxWriter {
  node(op: string, inputs: readonly string[], attributes: Attributes, output: string): string;
  numbersOf(name: string): readonly number[];
}
type Attributes = Readonly<Record<string, OnnxAttribute>>;

interface OlderForm {
  /** The first set that has the node as the ops write it. */
  readonly since: number;
  write(builder: OlderWriter, inputs: readonly string[], attributes: Attributes, output: string): string;
}

/** x · Φ(x), Φ by erf or, with `approximate: tanh`, by that. */
function gelu(b: OlderWriter, [x = '']: readonly string[], attributes: Attributes, output: string): string {
  let inner: string;
  if (attributes.approximate === 'tanh') {
    const cube = b.add('Mul', [x, b.add('Mul', [x, x])]);
    const sum = b.add('Add', [x, b.add('Mul', [cube, b.scalar(0.044715)])]);
    inner = b.add('Tanh', [b.add('Mul', [sum, b.scalar(Math.sqrt(2 / Math.PI))])]);
  } else inner = b.add('Erf', [b.add('Mul', [x, b.scalar(Math.SQRT1_2)])]);
  const share = b.add('Mul', [b.add('Add', [inner, b.scalar(1)]), b.scalar(0.5)]);
  return b.add('Mul', [x, share], {}, output);
}

function layerNorm(b: OlderWriter, inputs: readonly string[], attributes: Attributes, output: string): string {
  const [x = '', scale = '', shift = ''] = inputs;
  const { axis, epsilon } = attributes;
  if (axis !== -1 || typeof epsilon !== 'object' || !('float' in epsilon))
    throw new Error('a layer norm over other axes than the last has no form in this operator set');
  const axes = b.integers([-1]);
  const centred = b.add('Sub', [x, b.add('ReduceMean', [x, axes], { keepdims: 1 })]);
  const variance = b.add('ReduceMean', [b.add('Mul', [centred, centred]), axes], { keepdims: 1 });
  const deviation = b.add('Sqrt', [b.add('Add', [variance, b.scalar(epsilon.float)])]);
  const normed = b.add('Mul', [b.add('Div', [centred, deviation]), scale], {}, shift === '' ? output : undefined);
  return shift === '' ? normed : b.add('Add', [normed, shift], {}, output);
}

export const olderForms: Readonly<Record<string, OlderForm>> = {
  Gelu: { since: 20, write: gelu },
  LayerNormalization: { since: 17, write: layerNorm },
  HardSwish: {
    since: 14,
    write: (b, [x = ''], _attributes, output) =>
      b.add('Mul', [x, b.add('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } })], {}, output),
  },
  ReduceMean: {
    since: 18,
    write: (b, [x = '', axes], attributes, output) =>
      b.node('ReduceMean', [x], axes === undefined ? attributes : { ...attributes, axes: b.numbersOf(axes) }, output),
  },
};
