// Matrix product for software adapters: four invocations of a quad share their loads by quadSwap instead of workgroup memory and barriers.
import type { PackedWeight } from '../kernel.ts';
import type { Shape } from '../op.ts';
import { channelBlocks, type Shader } from './shader.ts';

/** Output tile of a quad: `4 · rows` rows by `columns` channels. */
export interface QuadTile {
  readonly rows: number;
  /** A multiple of 4. */
  readonly columns: number;
}

// Cost model, in nanoseconds on SwiftShader (docs/swiftshader.md): a load is gathered lane by lane, a multiply-add of four lanes is one
// instruction pair, an accumulator that crosses a loop iteration is written to memory under the lane mask, a result is scattered.
// Compilation takes 3.6 ms an accumulator and is spread over 200 runs.
const loadNs = 14;
const productNs = 0.5;
const carryNs = 1.5;
const storeNs = 20;
const compileNs = 18_000;

/**
 * The tile with the least estimated time for `rows` × `columns` results of `blocks` input vec4s each; the tile's columns divide
 * `divides`, where given.
 */
export function chooseQuadTile(rows: number, columns: number, blocks: number, divides?: number): QuadTile {
  let best: QuadTile = { rows: 1, columns: 4 };
  let bestNs = Infinity;
  for (const r of [1, 2, 4])
    for (const c of [16, 12, 8, 4]) {
      if (divides !== undefined && divides % c !== 0) continue;
      const tiles = Math.ceil(rows / (4 * r)) * Math.ceil(columns / c);
      const block = loadNs * (4 * r + c) + r * c * (4 * productNs + carryNs);
      // Few tiles leave cores idle.
      const ns = Math.max(tiles, 8) * (blocks * block + r * c * storeNs) + r * c * compileNs;
      if (ns < bestNs) {
        bestNs = ns;
        best = { rows: r, columns: c };
      }
    }
  return best;
}

/** Weights `[O, I, taps]` for {@link quadProduct}: see packer `quads`. */
export const quadWeights = (role: string, shape: Shape, tile: QuadTile): PackedWeight => {
  const [out, input, ...window] = shape as [number, number, ...number[]];
  const taps = window.reduce((a, b) => a * b, 1);
  return {
    packer: 'quads',
    roles: [role],
    options: { columns: tile.columns },
    elements: Math.ceil(out / tile.columns) * tile.columns * taps * Math.ceil(input / 4) * 4,
  };
};

/**
 * Statements that add one block of four inputs to the accumulators `a{p}_{c}`. They need `vec4f` variables `x{p}` (the block of
 * each row) and a u32 `weightAt`: vec4 index of the block in `weights`, lane included.
 *
 * Lane l loads column 4·j + l; swapping the quad by r brings it column 4·j + (l ^ r). So accumulator c = 4·j + r of lane l is
 * column 4·j + (l ^ r) of the lane's own row.
 */
export function quadStep(shader: Shader, weights: { name: string; type: 'f32' | 'f16' }, tile: QuadTile): string {
  const lines: string[] = [];
  for (let j = 0; j < tile.columns / 4; j++) {
    lines.push(
      `{ let w0 = ${shader.load(weights, `weightAt + ${4 * j}u`)}; let w1 = quadSwapX(w0); let w2 = quadSwapY(w0); let w3 = quadSwapDiagonal(w0);`,
    );
    for (let p = 0; p < tile.rows; p++)
      for (let r = 0; r < 4; r++) lines.push(`a${p}_${4 * j + r} += dot(x${p}, w${r});`);
    lines.push('}');
  }
  return lines.join('\n');
}

export const quadAccumulators = (tile: QuadTile): string =>
  Array.from({ length: tile.rows }, (_, p) =>
    Array.from({ length: tile.columns }, (__, c) => `var a${p}_${c} = 0.0;`).join(' '),
  ).join('\n');

/**
 * Statements that bring each row's accumulators back into channel order and hand them to `store`: block j of row p in the `vec4f`
 * variable `v`, its channel block in u32 `block`. They need u32 `lane` and `firstBlock`.
 */
export function quadStore(tile: QuadTile, store: (p: number, j: number) => string): string {
  const lines = ['let odd = (lane & 1u) != 0u;', 'let high = (lane & 2u) != 0u;'];
  for (let p = 0; p < tile.rows; p++)
    for (let j = 0; j < tile.columns / 4; j++) {
      const a = (r: number): string => `a${p}_${4 * j + r}`;
      lines.push(
        `{ let b0 = select(${a(0)}, ${a(1)}, odd); let b1 = select(${a(1)}, ${a(0)}, odd); let b2 = select(${a(2)}, ${a(3)}, odd); let b3 = select(${a(3)}, ${a(2)}, odd);`,
        'var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));',
        `let block = firstBlock + ${j}u;`,
        store(p, j),
        '}',
      );
    }
  return lines.join('\n');
}

/** True where the last tile has more channel blocks than the value: the store must check. */
export const overhangs = (tile: QuadTile, output: Shape): boolean => channelBlocks(output) % (tile.columns / 4) !== 0;
