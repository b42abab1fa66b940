// Pools, means, joins and element-wise layers of a quantized net as TFLite operators: in int8 where TFLite has an operator, else between two borders.
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import type { OpName } from '../../../gpu-kernels/ops/index.ts';
import { tfliteForms } from '../../formats/tflite/export.ts';
import { padded } from '../../formats/tflite/write-windows.ts';
import type { Int8Scale } from '../../formats/tflite/writer.ts';
import { firstInput, firstOutput } from '../../lower/steps.ts';
import type { Int8Site } from './site.ts';

const alike = (a: Int8Scale, b: Int8Scale): boolean => a.scale[0] === b.scale[0] && a.zero === b.zero;

export function meaned(site: Int8Site, step: StepOf<'mean'>, output: number): void {
  const [x, made] = [firstInput(step), firstOutput(step)];
  const axes = site.w.integers(x.shape.slice(1, -1).map((_, i) => i + 1));
  site.w.add('MEAN', [site.bytes(x), axes], output, { keep_dims: made.shape.length === x.shape.length ? 1 : 0 });
}

export function pooled(site: Int8Site, step: StepOf<'pool'>, output: number): void {
  const { w } = site;
  const [x, made] = [firstInput(step), firstOutput(step)];
  const { kernel, stride, pads, mode } = step.attrs;
  const steps = site.steps(x.id);
  const max = mode === 'max';
  const { input, padding } = padded(
    { w, inputs: [site.bytes(x)], shapes: [x.shape], between: (shape) => site.between(made.id, shape, steps) },
    { begin: pads, out: [made.shape[1] as number, made.shape[2] as number], reach: kernel, stride },
    max,
    max ? () => w.steps(`${made.id}/least`, [], Int8Array.of(-128), steps) : undefined,
  );
  // Pools keep their input's scale.
  const same = alike(steps, site.steps(made.id));
  const result = same ? output : site.between(made.id, made.shape, steps);
  w.add(max ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D', [input], result, {
    padding,
    stride_h: stride[0],
    stride_w: stride[1],
    filter_height: kernel[0],
    filter_width: kernel[1],
  });
  if (!same) w.add('QUANTIZE', [result], output);
}

export function joined(site: Int8Site, step: StepOf<'concat'>, output: number): void {
  const made = firstOutput(step);
  const steps = site.steps(made.id);
  const parts = step.inputs.map((value) => {
    const index = site.bytes(value);
    if (alike(steps, site.steps(value.id))) return index;
    return site.w.add('QUANTIZE', [index], site.between(made.id, value.shape, steps));
  });
  site.w.add('CONCATENATION', parts, output, { axis: step.attrs.axis });
}

/** Functions whose int8 operator gives the result a scale of its own. */
const fixed: Readonly<Record<string, readonly [kind: string, steps: Int8Scale]>> = {
  sigmoid: ['LOGISTIC', { scale: [1 / 256], zero: -128 }],
  tanh: ['TANH', { scale: [1 / 128], zero: 0 }],
};
const direct: Readonly<Record<string, string>> = { relu: 'RELU', relu6: 'RELU6', hswish: 'HARD_SWISH' };

export function elementwise(site: Int8Site, step: Step, output: number): void {
  const { w } = site;
  const made = firstOutput(step);
  const [rider] = step.epilogue;
  const [a, b] = step.inputs;
  if (rider?.kind === 'unary' && a) return unary(site, rider.op as OpName, rider.attrs, { a, made }, output);
  if (rider?.kind !== 'binary' || !a || !b) throw new Error(`"${made.id}" has no TFLite form in int8`);
  // One value a channel stands as a map of one pixel.
  const most = elements(a.shape) < elements(b.shape) ? b.shape : a.shape;
  const wide = ({ shape }: { shape: Shape }): Shape =>
    elements(shape) === elements(most)
      ? most
      : [shape[0] as number, ...most.slice(1, -1).map(() => 1), shape.at(-1) as number];
  const operands = [a, b].map((value) => site.bytes(value, wide(value)));
  const kind = rider.op === 'mul' ? 'MUL' : rider.op === 'sub' ? 'SUB' : 'ADD';
  w.add(kind, rider.op === 'sub' && rider.swap ? operands.reverse() : operands, output);
}

function unary(
  site: Int8Site,
  op: OpName,
  attrs: unknown,
  { a, made }: { readonly a: Step['inputs'][number]; readonly made: Step['outputs'][number] },
  output: number,
): void {
  const { w } = site;
  const steps = site.steps(made.id);
  const own = direct[op];
  if (own !== undefined) return void w.add(own, [site.bytes(a)], output);
  const known = fixed[op === 'swish' ? 'sigmoid' : op];
  if (known) {
    const [kind, gives] = known;
    const x = site.bytes(a);
    const straight = op !== 'swish' && alike(gives, steps);
    const y = w.add(kind, [x], straight ? output : site.between(made.id, made.shape, gives));
    if (op === 'swish') w.add('MUL', [x, y], output);
    else if (!straight) w.add('QUANTIZE', [y], output);
    return;
  }
  const form = tfliteForms[op];
  if (!form) throw new Error(`"${made.id}" is of the kind ${op}, which has no TFLite form here`);
  const real = site.between(made.id, made.shape);
  form({
    w,
    id: made.id,
    attrs: attrs as never,
    inputs: [site.floats(a)],
    shapes: [a.shape],
    output: real,
    shape: made.shape,
    param: () => undefined,
    between: (shape) => site.between(made.id, shape),
  });
  w.add('QUANTIZE', [real], output);
}
