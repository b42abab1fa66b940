// Training kernels of products between values: matrices, Gram matrices, softmax and its derivative.
import { matmulSizes, type MatmulAttrs } from '../../ops/matmul.ts';
import { elements } from '../../shape.ts';
import { eachElement, type Lower, type Operand } from './lowering.ts';

export const matmul: Lower<MatmulAttrs> = (l, { inputs, output, attrs }) => {
  const [a, b] = inputs as [Operand, Operand];
  const { rows, depth, columns } = matmulSizes([a.shape, b.shape], attrs);
  const [alongDepth, alongColumns] = attrs.transposed ? [1, depth] : [columns, 1];
  eachElement(l, {
    kernel: 'product/matmul',
    out: { y: output },
    in: { a, b },
    count: elements(output.shape),
    body: `  let row = i / ${columns}u; let base_at = row / ${rows}u * ${depth * columns}u + i % ${columns}u * ${alongColumns}u;
  var sum = 0.0;
  for (var k = 0u; k < ${depth}u; k++) { sum += a(row * ${depth}u + k) * b(base_at + k * ${alongDepth}u); }
  set_y(i, sum);`,
  });
};

export const gram: Lower = (l, { inputs: [x], output }) => {
  const [, tokens, channels] = (x as Operand).shape as readonly [number, number, number];
  eachElement(l, {
    kernel: 'product/gram',
    out: { y: output },
    in: { x: x as Operand },
    count: elements(output.shape),
    body: `  let a = i / ${tokens}u * ${channels}u; let b = (i / ${tokens * tokens}u * ${tokens}u + i % ${tokens}u) * ${channels}u;
  var sum = 0.0;
  for (var c = 0u; c < ${channels}u; c++) { sum += x(a + c) * x(b + c); }
  set_y(i, sum);`,
  });
};

export const softmax: Lower = (l, { inputs: [x], output }) => {
  const channels = output.shape.at(-1) as number;
  eachElement(l, {
    kernel: 'product/softmax',
    out: { y: output },
    in: { x: x as Operand },
    count: elements(output.shape) / channels,
    body: `  let base_at = i * ${channels}u;
  var most = x(base_at);
  for (var c = 1u; c < ${channels}u; c++) { most = max(most, x(base_at + c)); }
  var sum = 0.0;
  for (var c = 0u; c < ${channels}u; c++) { let e = exp(max(x(base_at + c) - most, -87.0)); sum += e; set_y(base_at + c, e); }
  for (var c = 0u; c < ${channels}u; c++) { set_y(base_at + c, y(base_at + c) / sum); }`,
  });
};

/** y · (dy − Σ y·dy). */
export const softmaxGradient: Lower = (l, { inputs: [dy, y], output }) => {
  const channels = output.shape.at(-1) as number;
  eachElement(l, {
    kernel: 'product/softmax-gradient',
    out: { dx: output },
    in: { dy: dy as Operand, y: y as Operand },
    count: elements(output.shape) / channels,
    body: `  let base_at = i * ${channels}u;
  var sum = 0.0;
  for (var c = 0u; c < ${channels}u; c++) { sum += y(base_at + c) * dy(base_at + c); }
  for (var c = 0u; c < ${channels}u; c++) { set_dx(base_at + c, y(base_at + c) * (dy(base_at + c) - sum)); }`,
  });
};
