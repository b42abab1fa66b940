// Shader text of a squeeze-excite branch for one workgroup: channel means, two small layers and their functions, all in its memory.
import type { Rider } from '../step.ts';
import { f32Literal, type Shader } from './shader.ts';

/**
 * One layer of the gate: `blocks` results, each added up by as many of the `size` invocations as there are, through `partial`.
 * `rolled`: a long loop gets a start that only the device knows, so that no compiler unrolls it into all the registers there are.
 * `term` is the text of a statement adding to `sum` for u32 `index` of `count` and u32 `block`; `finish` sees the whole sum as `v`.
 */
export function layer(
  size: number,
  blocks: number,
  count: number,
  term: string,
  finish: string,
  rolled = false,
): string {
  const columns = Math.min(blocks, size);
  const lanes = Math.floor(size / columns);
  const live = `lane < ${lanes}u && block < ${blocks}u`;
  const loop = (start: string): string => `for (var index = ${start}; index < ${count}u; index += ${lanes}u) {
${term}
}`;
  const body = `let block = base + local % ${columns}u;
let lane = local / ${columns}u;
var sum = vec4f();
${rolled && count / lanes > 8 ? loop(`select(${count}u, lane, ${live})`) : `if (${live}) {\n${loop('lane')}\n}`}
partial[local] = sum;
workgroupBarrier();
if (lane == 0u && block < ${blocks}u) {
var v = vec4f();
for (var l = 0u; l < ${lanes}u; l++) { v += partial[l * ${columns}u + local]; }
${finish}
}
workgroupBarrier();`;
  return blocks <= size
    ? `{ let base = 0u;\n${body}\n}`
    : `for (var base = 0u; base < ${blocks}u; base += ${size}u) {\n${body}\n}`;
}

export interface GateLayers {
  readonly size: number;
  /** See {@link layer}. */
  readonly rolled?: boolean;
  /** vec4s of the input, of the hidden layer, and of the result. */
  readonly blocks: readonly [number, number, number];
  readonly hidden: number;
  readonly pixels: number;
  readonly act: readonly Rider[];
  /** Rows to add up, the map's pixels or the parts of its sums, and the `vec4f` of row `index`, block `block`. */
  readonly rows: number;
  readonly row: string;
  /** Place of a block of the means and of the hidden layer in workgroup memory. */
  means(block: string): string;
  inner(block: string): string;
  /** `vec4f` of a layer's weights, and of its bias. */
  weight(layer: 1 | 2, at: string): string;
  bias(layer: 1 | 2, block: string): string;
  /** Statements for the `vec4f` `v` of u32 `block`, before the gate's function. The means are not read any more. */
  readonly finish: string;
}

/** Needs u32 `local` and `partial`, an array of `size` vec4s at least; ends with a barrier. */
export function gateLayers(shader: Shader, g: GateLayers): string {
  const [in4, hidden4, out4] = g.blocks;
  const product = (from: string, n: 1 | 2, blocks: number): string => `let x = ${from};
let at = index * ${4 * blocks}u + block;
sum += x.x * ${g.weight(n, 'at')} + x.y * ${g.weight(n, `at + ${blocks}u`)} + x.z * ${g.weight(n, `at + ${2 * blocks}u`)} + x.w * ${g.weight(n, `at + ${3 * blocks}u`)};`;
  return `${layer(g.size, in4, g.rows, `sum += ${g.row};`, `${g.means('block')} = v * ${f32Literal(1 / g.pixels)};`, g.rolled)}
${layer(
  g.size,
  hidden4,
  in4,
  product(g.means('index'), 1, hidden4),
  `v += ${g.bias(1, 'block')};\n${shader.riders(g.act, 'v', [1, 1, 1, g.hidden], '0u', 'block', false)}\n${g.inner('block')} = v;`,
  g.rolled,
)}
${layer(g.size, out4, hidden4, product(g.inner('index'), 2, out4), `v += ${g.bias(2, 'block')};\n${g.finish}`, g.rolled)}`;
}
