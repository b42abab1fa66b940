// Blur pooling: the subsampling of anti-aliased nets.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count } from './attributes.ts';
import { featureMap, type MapShape } from './operands.ts';
import { windowOutput } from './padding.ts';
import { reduction, slidingWindow } from './simple-forms.ts';

const blurPoolAttrs = v.strictObject({
  size: v.optional(v.pipe(count, v.minValue(2)), 3),
  stride: v.optional(count, 2),
  /** What lies beyond the border: the map's mirror image, or zeros (timm's MobileNetV4). */
  border: v.optional(v.picklist(['reflect', 'zeros']), 'reflect'),
});
export type BlurPoolAttrs = v.InferOutput<typeof blurPoolAttrs>;

/** Binomial coefficients of row size − 1, divided by their sum: [1, 2, 1] / 4 for size 3. */
export function binomialFilter(size: number): readonly number[] {
  let row = [1];
  while (row.length < size) row = [1, ...row.slice(1).map((value, i) => value + (row[i] as number)), 1];
  return row.map((value) => value / 2 ** (size - 1));
}

/** Padding on every side, in pixels. */
export const blurPadding = (a: Pick<BlurPoolAttrs, 'size' | 'stride'>): number =>
  Math.floor((a.stride - 1 + a.size - 1) / 2);

function blurredShape(inputs: readonly Shape[], a: BlurPoolAttrs): Shape {
  const [batch, height, width, channels] = featureMap(inputs, 'blur pooling');
  const pad = blurPadding(a);
  if (a.border === 'reflect' && pad >= Math.min(height, width)) {
    throw new ShapeError(
      `blur pooling reflects ${pad} px, more than a ${height}×${width} map has`,
      'use a larger input or a smaller blur',
    );
  }
  const out = (length: number) => windowOutput(length, a.size, a.stride, 1, [pad, pad]);
  return [batch, out(height), out(width), channels];
}

/**
 * Blur pooling (arXiv 1904.11486): binomial filter, then the stride. A fixed depthwise filter: its multiply-accumulates count in
 * a net's total, and under no kind of layer, as in torch and fvcore.
 */
export const blurPool = defineOp({
  name: 'blur_pool',
  doc: 'Blurs, then subsamples, so that a stride does not alias.',
  attrs: blurPoolAttrs,
  shape: blurredShape,
  macKind: 'none',
  macs: (inputs, a) => elements(blurredShape(inputs, a)) * a.size ** 2,
  reference([x], _params, { inputs: [input], output, attrs: a }) {
    const [batch, height, width, channels] = input as MapShape;
    const [, outH, outW] = output as MapShape;
    const filter = binomialFilter(a.size);
    const pad = blurPadding(a);
    // The pixel that stands at `at`, or −1 for a zero beyond the border.
    const place = (at: number, length: number) => {
      if (at >= 0 && at < length) return at;
      if (a.border === 'zeros') return -1;
      return at < 0 ? -at : 2 * (length - 1) - at;
    };
    const result = numbers(elements(output));
    const sums = new Float64Array(channels);
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (let oy = 0; oy < outH; oy++)
        for (let ox = 0; ox < outW; ox++) {
          sums.fill(0);
          filter.forEach((rowWeight, ky) => {
            const y = place(oy * a.stride - pad + ky, height);
            filter.forEach((columnWeight, kx) => {
              const sourceX = place(ox * a.stride - pad + kx, width);
              if (y < 0 || sourceX < 0) return;
              const from = ((n * height + y) * width + sourceX) * channels;
              const weight = rowWeight * columnWeight;
              for (let c = 0; c < channels; c++)
                sums[c] = (sums[c] as number) + weight * ((x as Float32Array)[from + c] as number);
            });
          });
          result.set(sums, to);
          to += channels;
        }
    return result;
  },
  onnx: {
    write({ builder, attrs: a, inputs, inputShapes, output }) {
      const channels = inputShapes[0]?.[3] as number;
      const pad = blurPadding(a);
      const padded = builder.add('Pad', [...inputs, builder.integers([0, 0, pad, pad, 0, 0, pad, pad])], {
        mode: a.border === 'zeros' ? 'constant' : 'reflect',
      });
      const line = binomialFilter(a.size);
      const filter = line.flatMap((row) => line.map((column) => row * column));
      const weight = builder.constant(
        `blur ${a.size}x${channels}`,
        [channels, 1, a.size, a.size],
        Float32Array.from({ length: channels * filter.length }, (_, i) => filter[i % filter.length] as number),
      );
      const attributes = { kernel_shape: [a.size, a.size], strides: [a.stride, a.stride], group: channels };
      builder.add('Conv', [padded, weight], attributes, output);
    },
  },
  pytorch: {
    expression: (n) =>
      `${n.use('blur')}(${n.x()}, ${n.attrs.size}, ${n.attrs.stride}, "${n.attrs.border === 'zeros' ? 'constant' : 'reflect'}")`,
  },
  window: ({ size, stride }) => slidingWindow([size, size], [stride, stride]),
  activations: (_inputs, output) => ({ none: elements(output) }),
  box: ({ stride }) => ({ kind: 'pool', label: `blur${reduction([stride, stride])}`, words: 'blur' }),
});
