// Text assembly of the integer kernels: bindings of bytes, words and floats, and the few functions that they share.
import type { Binding, BuiltKernel, Capabilities, PackedWeight } from '../kernel.ts';
import type { StepShape, Value } from '../step.ts';
import { lineGrid, storedVectors } from './shader.ts';
import { scalarVectors } from '../packing/int8-packers.ts';
import { requantizeText } from '../families/int8/requantize.ts';

const helpers = {
  /** Four signed bytes of a word. */
  signed4: 'fn signed4(word: u32) -> vec4i { return (vec4i(i32(word)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u); }',
  /** Four unsigned bytes of a word. */
  unsigned4:
    'fn unsigned4(word: u32) -> vec4i { return vec4i((vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u)); }',
  /** A word of four bytes, each in 0…255. */
  pack4: 'fn pack4(q: vec4i) -> u32 { let b = vec4u(q) << vec4u(0u, 8u, 16u, 24u); return b.x | b.y | b.z | b.w; }',
  requantize: requantizeText(false),
  requantizeSmall: requantizeText(true),
} as const;

/** Flips the top bit of each byte: an unsigned q becomes the signed q − 128. */
export const flip = '0x80808080u';

export class ByteShader {
  private readonly bindings: Binding[] = [];
  private readonly weights: Record<string, PackedWeight> = {};
  private readonly declarations: string[] = [];
  private readonly names = new Map<string, string>();
  private readonly used = new Set<keyof typeof helpers>();

  constructor(
    readonly step: StepShape,
    private readonly subgroups = false,
  ) {}

  private bind(
    name: string,
    binding: Binding,
    type: string,
    count: number,
    access: 'read' | 'read_write' = 'read',
  ): string {
    if (!this.names.has(name)) {
      this.declarations.push(
        `@group(0) @binding(${this.bindings.length}) var<storage, ${access}> ${name}: array<${type}, ${count}>;`,
      );
      this.bindings.push(binding);
      this.names.set(name, type);
    }
    return name;
  }

  private static element = (value: Value): string => (value.type === 'u8' ? 'u32' : 'vec4f');

  /** Name of an input: words of four bytes, or vec4f where the value is float32. The same value twice is one binding. */
  input(index: number): string {
    const value = this.step.inputs[index] as Value;
    const first = this.step.inputs.findIndex((other) => other.id === value.id);
    return this.bind(
      `in${first}`,
      { kind: 'input', index: first },
      ByteShader.element(value),
      storedVectors(value.shape),
    );
  }

  output(): string {
    const value = this.step.outputs[0] as Value;
    return this.bind(
      'out',
      { kind: 'output', index: 0 },
      ByteShader.element(value),
      storedVectors(value.shape),
      'read_write',
    );
  }

  /** A packed constant as an array of `type`. */
  weight(role: string, packed: PackedWeight, type: 'u32' | 'vec4u' | 'vec4i' | 'vec4f'): string {
    const words = packed.type === 'i8' ? packed.elements / 4 : packed.elements;
    this.weights[role] = packed;
    return this.bind(`w_${role}`, { kind: 'weight', role }, type, type === 'u32' ? words : words / 4);
  }

  /** 256 bytes: the name of an array of 64 words. */
  table(role: string): string {
    return this.weight(role, { packer: 'int8Table', roles: [role], options: {}, elements: 256, type: 'i8' }, 'u32');
  }

  /** Declares `let NAME` for each scalar; they come from a buffer, so that layers of one shape share their shader. */
  scalars(options: Readonly<Record<string, number>>): string {
    const name = this.weight(
      'scalars',
      { packer: 'int8Scalars', roles: [], options, elements: scalarVectors(options) * 4, type: 'i32' },
      'vec4i',
    );
    return declareScalars(name, options);
  }

  use(helper: keyof typeof helpers): string {
    this.used.add(helper);
    return helper;
  }

  build(main: string, workgroups: readonly [number, number, number]): BuiltKernel {
    const functions = [...this.used].sort().map((name) => `${helpers[name]}\n`);
    const wgsl = `${this.subgroups ? 'enable subgroups;\n' : ''}${this.declarations.join('\n')}\n${functions.join('')}${main.trim()}\n`;
    return { wgsl, workgroups, bindings: this.bindings, weights: this.weights };
  }
}

/** Lets of the first words of a buffer of vec4i, named as `options`. */
export const declareScalars = (buffer: string, options: Readonly<Record<string, number>>): string =>
  Object.keys(options)
    .map((name, i) => `let ${name} = ${buffer}[${i >> 2}].${'xyzw'[i & 3]};`)
    .join('\n');

/** Statement that replaces each byte of `vec4i` variable `q` by its entry in a table of 64 words. */
export const lookUp = (table: string, q: string): string =>
  `{ let word = vec4u(${['x', 'y', 'z', 'w'].map((lane) => `${table}[min(u32(${q}.${lane}) >> 2u, 63u)]`).join(', ')}); ${q} = vec4i((word >> ((vec4u(${q}) & vec4u(3u)) * 8u)) & vec4u(255u)); }`;

/** Expression of an `int8Add` of `vec4i` a and b; zeros, `leftFactor`, `rightFactor` and `addShift` are in scope, the output's numbers perhaps under other names. */
export const addText = (
  a: string,
  b: string,
  [zero, low, high] = ['outputZero', 'low', 'high'] as const as readonly [string, string, string],
): string =>
  `clamp(${zero} + (((${a} - leftZero) * leftFactor + (${b} - rightZero) * rightFactor + (1 << u32(addShift - 1))) >> vec4u(u32(addShift))), vec4i(${low}), vec4i(${high}))`;

/** A kernel of one invocation a word of the output: `body` sees u32 `index`, `row` and `block`. */
export function perWord(
  shader: ByteShader,
  count: number,
  blocks: number,
  caps: Capabilities,
  body: string,
): BuiltKernel {
  const size = caps.software ? 16 : 64;
  const grid = lineGrid(count, caps, size);
  return shader.build(
    `@compute @workgroup_size(${size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
let row = ${blocks === 1 ? 'index' : `index / ${blocks}u`};
let block = ${blocks === 1 ? '0u' : `index % ${blocks}u`};
${body}
}`,
    grid.workgroups,
  );
}
