// Averages over a fixed number of cells, whatever the size of the map: spatial pyramid pooling (arXiv 1406.4729 §2.2).
import * as v from 'valibot';
import { defineOp, elements } from '../op.ts';
import { numbers } from '../numbers.ts';
import { rowsAndColumns } from './attributes.ts';
import { featureMap, type MapShape } from './operands.ts';

/** First and last + 1 input element of each cell along one axis: ⌊i·n/cells⌋ and ⌈(i + 1)·n/cells⌉, PyTorch's rule; cells may overlap. */
export const cellsOf = (length: number, cells: number): readonly (readonly [begin: number, end: number])[] =>
  Array.from({ length: cells }, (_, i) => [Math.floor((i * length) / cells), Math.ceil(((i + 1) * length) / cells)]);

export const adaptiveAvgPool2d = defineOp({
  name: 'adaptive_avg_pool2d',
  doc: 'Averages of a given number of cells.',
  attrs: v.strictObject({ size: rowsAndColumns }),
  shape(inputs, { size }) {
    const [batch, , , channels] = featureMap(inputs, 'adaptive pooling');
    return [batch, ...size, channels];
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs: { size } }) {
    const [batch, height, width, channels] = input as MapShape;
    const result = numbers(elements(output));
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (const [top, bottom] of cellsOf(height, size[0]))
        for (const [left, right] of cellsOf(width, size[1]))
          for (let c = 0; c < channels; c++) {
            let sum = 0;
            for (let y = top; y < bottom; y++)
              for (let column = left; column < right; column++)
                sum += (x as Float32Array)[((n * height + y) * width + column) * channels + c] as number;
            result[to++] = sum / ((bottom - top) * (right - left));
          }
    return result;
  },
  onnx: {
    // Of a size of its own: each cell is cut out and averaged.
    write({ builder, inputs, output, inputShapes, attrs: { size } }) {
      const [, height, width] = inputShapes[0] as MapShape;
      const rows = cellsOf(height, size[0]).map(([top, bottom]) => {
        const row = builder.slice(inputs[0] as string, 2, top, bottom);
        const cells = cellsOf(width, size[1]).map(([left, right]) =>
          builder.add('GlobalAveragePool', [builder.slice(row, 3, left, right)]),
        );
        return builder.add('Concat', cells, { axis: 3 });
      });
      builder.add('Concat', rows, { axis: 2 }, output);
    },
  },
  pytorch: { expression: (n) => `F.adaptive_avg_pool2d(${n.x()}, (${n.attrs.size.join(', ')}))` },
  window(_a, input, output) {
    const axis = (at: 1 | 2) => {
      const step = (input[at] as number) / (output[at] as number);
      return { kernel: Math.ceil(step), stride: step };
    };
    return [axis(1), axis(2)];
  },
  box: ({ size }) => ({ kind: 'pool', label: `${size.join('×')} cells`, words: `averages of ${size.join('×')} cells` }),
});
