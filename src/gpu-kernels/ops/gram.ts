// Products of every pair of rows: what Wav2Small 2.0 puts behind its features (x xᵀ).
import { defineOp, elements, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { none } from './attributes.ts';
import { tokensOf } from './operands.ts';

/** `[N, T, C]` → `[N, T, T]`: y[i, j] = Σ over c of x[i, c] · x[j, c]. */
export const gram = defineOp({
  name: 'gram',
  doc: 'Products of every two tokens: x times its transpose.',
  attrs: none,
  shape(inputs) {
    const [batch, tokens] = tokensOf(inputs, 'a Gram matrix');
    return [batch, tokens, tokens];
  },
  macKind: 'attention',
  macs: (inputs) => elements(inputs[0] as Shape) * ((inputs[0] as Shape)[1] as number),
  reference([x], _params, { inputs: [input], output }) {
    const [batch, tokens, channels] = input as readonly [number, number, number];
    const result = numbers(elements(output));
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < tokens; i++)
        for (let j = 0; j < tokens; j++) {
          let sum = 0;
          for (let c = 0; c < channels; c++)
            sum +=
              ((x as Float32Array)[(n * tokens + i) * channels + c] as number) *
              ((x as Float32Array)[(n * tokens + j) * channels + c] as number);
          result[to++] = sum;
        }
    return result;
  },
  onnx: {
    write: ({ builder, inputs: [x], output }) =>
      void builder.add('MatMul', [x as string, builder.transpose(x as string, [0, 2, 1])], {}, output),
  },
  pytorch: { expression: (n) => `torch.bmm(${n.x()}, ${n.x()}.transpose(1, 2))` },
  box: () => ({ kind: 'attention', label: 'x xᵀ', words: 'Gram matrix' }),
});
