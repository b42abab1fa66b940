// What a kernel writes beside its result, one part a workgroup: sums of the channels, or sums and sums of squares.
import type { StepShape } from '../step.ts';
import type { Shader } from './shader.ts';

/** Channel sums `[N, parts, C]` for a gate, moments `[N, parts, 2, C]` for a norm; undefined where the result is all. */
export function byProductOf(step: StepShape): 'sums' | 'moments' | undefined {
  const rank = step.outputs[1]?.shape.length;
  return rank === undefined ? undefined : rank === 4 ? 'moments' : 'sums';
}

interface Tile {
  readonly size: number;
  /** Invocations along the channel; those of one channel block lie `across` apart. */
  readonly across: number;
  readonly out4: number;
  /** u32: the part, of all pictures; u32: the channel block; bool: the block is one of the kernel's. */
  readonly part: string;
  readonly block: string;
  readonly live: string;
}

export interface ByProduct {
  readonly memory: string;
  /** Declares what is added up. */
  readonly start: string;
  /** Adds the `vec4f` `v`. */
  add(v: string): string;
  /** Every invocation comes here. */
  readonly finish: string;
}

/** Text for a kernel whose invocations add up what they store, through workgroup memory. */
export function byProduct(shader: Shader, step: StepShape, tile: Tile): ByProduct {
  const kind = byProductOf(step);
  if (!kind) return { memory: '', start: '', add: () => '', finish: '' };
  const { size, across, out4, part, block, live } = tile;
  const out = shader.output(1);
  const names = kind === 'sums' ? ['sum'] : ['sum', 'squares'];
  const row = (i: number): string => (names.length === 1 ? `(${part})` : `((${part}) * 2u + ${i}u)`);
  return {
    memory: names.map((name) => `var<workgroup> partial_${name}: array<vec4f, ${size}>;\n`).join(''),
    start: names.map((name) => `var ${name} = vec4f();`).join(' '),
    add: (v) => `sum += ${v};${kind === 'moments' ? ` squares += ${v} * ${v};` : ''}`,
    finish: `${names.map((name) => `partial_${name}[local] = ${name};`).join(' ')}
workgroupBarrier();
if (local < ${across}u && ${live}) {
${names
  .map(
    (name, i) => `{ var whole = vec4f();
for (var s = 0u; s < ${size / across}u; s++) { whole += partial_${name}[s * ${across}u + local]; }
${shader.store(out, `${row(i)} * ${out4}u + ${block}`, 'whole')} }`,
  )
  .join('\n')}
}`,
  };
}
