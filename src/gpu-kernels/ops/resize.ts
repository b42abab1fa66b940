// Enlarging and shrinking maps: the stride attention of EfficientFormerV2 and segmentation heads.
import * as v from 'valibot';
import { defineOp, elements, ShapeError } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count, rowsAndColumns } from './attributes.ts';
import { channelFirst } from './channel-first.ts';
import { featureMap, type MapShape } from './operands.ts';
import { pythonBool, tuple } from './simple-forms.ts';

const resizeAttrs = v.strictObject({
  /** Height and width of the result; or `scale`, a whole factor. Exactly one of the two. */
  size: v.optional(rowsAndColumns),
  scale: v.optional(count),
  mode: v.optional(v.picklist(['bilinear', 'nearest']), 'bilinear'),
  /** Bilinear only: corner pixels keep their place (PyTorch's `align_corners`). */
  alignCorners: v.optional(v.boolean(), false),
});
type ResizeAttrs = v.InferOutput<typeof resizeAttrs>;

export const resize = defineOp({
  name: 'resize',
  doc: 'Resizes a map, bilinear or nearest, by PyTorch’s rules.',
  attrs: resizeAttrs,
  shape(inputs, a) {
    const [batch, height, width, channels] = featureMap(inputs, 'a resize');
    if ((a.size === undefined) === (a.scale === undefined))
      throw new ShapeError('a resize needs a size or a scale, and not both', 'give one of them');
    const [outH, outW] = a.size ?? [height * (a.scale as number), width * (a.scale as number)];
    return [batch, outH, outW, channels];
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs: a }) {
    const [batch, height, width, channels] = input as MapShape;
    const [, outH, outW] = output as MapShape;
    const rows = resizeTaps(height, outH, a);
    const columns = resizeTaps(width, outW, a);
    const source = x as Float32Array;
    const result = numbers(elements(output));
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (const row of rows)
        for (const column of columns) {
          const at = (y: number, xx: number) => ((n * height + y) * width + xx) * channels;
          const [topLeft, topRight] = [at(row.low, column.low), at(row.low, column.high)];
          const [bottomLeft, bottomRight] = [at(row.high, column.low), at(row.high, column.high)];
          for (let c = 0; c < channels; c++) {
            const top = mix(source[topLeft + c] as number, source[topRight + c] as number, column.part);
            const bottom = mix(source[bottomLeft + c] as number, source[bottomRight + c] as number, column.part);
            result[to++] = mix(top, bottom, row.part);
          }
        }
    return result;
  },
  onnx: {
    write({ builder, attrs: { mode, alignCorners }, inputs, output, outputShape }) {
      const attributes: Record<string, string> =
        mode === 'nearest'
          ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
          : { mode: 'linear', coordinate_transformation_mode: alignCorners ? 'align_corners' : 'half_pixel' };
      builder.add('Resize', [...inputs, '', '', builder.integers(channelFirst(outputShape))], attributes, output);
    },
  },
  pytorch: {
    expression(n) {
      const { mode, alignCorners } = n.attrs;
      const corners = mode === 'bilinear' ? `, align_corners=${pythonBool(alignCorners)}` : '';
      return `F.interpolate(${n.x()}, size=${tuple(n.output.slice(1, 3))}, mode="${mode}"${corners})`;
    },
  },
  window(_a, input, output) {
    const stride = (axis: 1 | 2) => (input[axis] as number) / (output[axis] as number);
    return [
      { kernel: 1, stride: stride(1) },
      { kernel: 1, stride: stride(2) },
    ];
  },
  box: () => ({ kind: 'move', label: 'resize', words: 'resize' }),
});

const mix = (a: number, b: number, part: number): number => a + (b - a) * part;

/** For each output position along one axis: the two input positions and the share of the second. */
export function resizeTaps(
  length: number,
  out: number,
  a: ResizeAttrs,
): readonly { low: number; high: number; part: number }[] {
  return Array.from({ length: out }, (_, i) => {
    if (a.mode === 'nearest') {
      const low = Math.min(Math.floor((i * length) / out), length - 1);
      return { low, high: low, part: 0 };
    }
    const aligned = out > 1 ? (i * (length - 1)) / (out - 1) : 0;
    const at = a.alignCorners ? aligned : Math.max(0, ((i + 0.5) * length) / out - 0.5);
    const low = Math.min(Math.floor(at), length - 1);
    return { low, high: Math.min(low + 1, length - 1), part: at - low };
  });
}
