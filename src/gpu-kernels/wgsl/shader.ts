// Text assembly shared by all kernels: bindings in order, typed loads and stores, riders, and grids that fit the device's limits.
import type { Binding, BuiltKernel, Capabilities, PackedWeight, Precision } from '../kernel.ts';
import type { Rider, StepShape, Value } from '../step.ts';
import { elements, type Shape } from '../op.ts';
import { opNamed } from '../ops/index.ts';
import { indent } from './indent.ts';

/** vec4s along the channel axis as stored. */
export const channelBlocks = (shape: Shape): number => Math.ceil((shape.at(-1) as number) / 4);
/** Product of all axes but the channel: pixels or tokens of the whole batch. */
export const rowCount = (shape: Shape): number => elements(shape.slice(0, -1));
/** vec4s that a value occupies. */
export const storedVectors = (shape: Shape): number => rowCount(shape) * channelBlocks(shape);

export { f32 as f32Literal } from '../ops/attributes.ts';

interface Buffer {
  readonly name: string;
  readonly type: Precision;
  /** Where the step's own part begins, vec4s. */
  readonly begin?: number;
}

const placeIn = ({ name, begin = 0 }: Buffer, index: string): string =>
  begin === 0 ? `${name}[${index}]` : `${name}[${begin}u + ${index}]`;

/** Collects the bindings of one dispatch as the kernel's text asks for them. Every value is handled as `vec4f`; only memory is f16. */
export class Shader {
  readonly bindings: Binding[] = [];
  readonly weights: Record<string, PackedWeight> = {};
  private readonly declarations: string[] = [];
  private readonly buffers = new Map<string, Buffer>();
  private readonly extensions = new Set<'f16' | 'subgroups'>();

  constructor(
    readonly step: StepShape,
    readonly precision: Precision,
  ) {}

  /** Asks for a WGSL extension; the kernel's `accepts` has checked that the device has it. */
  enable(extension: 'f16' | 'subgroups'): void {
    this.extensions.add(extension);
  }

  /** Arrays have their size in the type: where the compiler can bound an index, it leaves out the clamp. */
  private bind(
    key: string,
    binding: Binding,
    type: Precision | 'u8' | 'i8' | 'i32',
    access: 'read' | 'read_write',
    vectors: number,
  ): Buffer {
    const known = this.buffers.get(key);
    if (known) return known;
    if (type !== 'f32' && type !== 'f16')
      throw new Error(`${key} of a ${this.step.family} step is ${type}; float kernels read floats only`);
    if (type === 'f16') this.enable('f16');
    this.declarations.push(
      `@group(0) @binding(${this.bindings.length}) var<storage, ${access}> ${key}: array<vec4<${type}>, ${vectors}>;`,
    );
    this.bindings.push(binding);
    const buffer = { name: key, type };
    this.buffers.set(key, buffer);
    return buffer;
  }

  /** Declares `step.inputs[index]`; the same value twice in a step is one binding, and an operand worked on in place is the output's. */
  input(index: number): Buffer {
    if (index === this.step.inPlace) return this.output();
    const value = this.step.inputs[index] as Value;
    const first = this.step.inputs.findIndex((other) => other.id === value.id);
    const vectors = this.step.inputs.reduce(
      (most, other) => (other.id === value.id ? Math.max(most, storedVectors(other.shape)) : most),
      0,
    );
    return this.bind(`in${first}`, { kind: 'input', index: first }, value.type ?? this.precision, 'read', vectors);
  }

  output(index = 0): Buffer {
    const { shape, type, part } = this.step.outputs[index] as Value;
    const buffer = this.bind(
      `out${index}`,
      { kind: 'output', index },
      type ?? this.precision,
      'read_write',
      part?.of ?? storedVectors(shape),
    );
    return part ? { ...buffer, begin: part.at } : buffer;
  }

  /** Declares a packed constant; `role` is the kernel's own name for it. */
  weight(role: string, packed: PackedWeight): Buffer {
    this.weights[role] = packed;
    return this.bind(
      `w_${role}`,
      { kind: 'weight', role },
      packed.type ?? this.precision,
      'read',
      Math.ceil(packed.elements / 4),
    );
  }

  /** A per-channel vector, padded to whole vec4s. */
  vector(role: string): Buffer {
    const channels = elements((this.step.weights[role] as { shape: Shape }).shape);
    return this.weight(role, { packer: 'vector', roles: [role], options: {}, elements: Math.ceil(channels / 4) * 4 });
  }

  /** `vec4f` expression of one stored vec4. */
  load(buffer: Buffer, index: string): string {
    const place = placeIn(buffer, index);
    return buffer.type === 'f16' ? `vec4f(${place})` : place;
  }

  /** Statement that stores a `vec4f`; half storage saturates, so that no infinity appears. */
  store(buffer: Buffer, index: string, value: string): string {
    const place = placeIn(buffer, index);
    return buffer.type === 'f16'
      ? `${place} = vec4<f16>(clamp(${value}, vec4f(-65504.0), vec4f(65504.0)));`
      : `${place} = ${value};`;
  }

  /**
   * Statements that apply riders to the variable `v` (`vec4f`). `row` and `block` are u32 expressions: position in a value of
   * shape `shape` (all axes but the channel; vec4 of the channel). With `mask`, padding lanes are zeroed afterwards.
   */
  riders(riders: readonly Rider[], v: string, shape: Shape, row: string, block: string, mask = true): string {
    const lines = riders.map((rider) => {
      switch (rider.kind) {
        case 'unary': {
          const text = opNamed(rider.op)?.pointwise?.(v, rider.attrs);
          if (!text) throw new Error(`op "${rider.op}" is not element-wise`);
          return `${v} = ${text};`;
        }
        case 'channel': {
          const constant = this.load(this.vector(rider.weight), block);
          if (rider.op === 'prelu') return `${v} = max(${v}, vec4f(0.0)) + ${constant} * min(${v}, vec4f(0.0));`;
          return `${v} = ${v} ${rider.op === 'add' ? '+' : '*'} ${constant};`;
        }
        case 'table': {
          const table = (this.step.weights[rider.weight] as { shape: Shape }).shape;
          const blocks = channelBlocks(table);
          const constant = this.weight(rider.weight, {
            packer: 'rows',
            roles: [rider.weight],
            options: {},
            elements: storedVectors(table) * 4,
          });
          const at = rowCount(table) === rowCount(shape) ? row : `((${row}) % ${rowCount(table)}u)`;
          return `${v} = ${v} + ${this.load(constant, `${at} * ${blocks}u + ${block}`)};`;
        }
        case 'binary': {
          const value = this.step.inputs[rider.input] as Value;
          const operand = this.operand(this.input(rider.input), value.shape, shape, row, block);
          const sign = { add: '+', mul: '*', sub: '-' }[rider.op];
          return rider.swap ? `${v} = ${operand} ${sign} ${v};` : `${v} = ${v} ${sign} ${operand};`;
        }
      }
    });
    const channels = shape.at(-1) as number;
    if (mask && channels % 4 !== 0 && riders.length > 0) lines.push(maskPadding(v, channels, block));
    return lines.join('\n');
  }

  /** Load of a broadcast operand at (row, block) of a value of shape `shape`. */
  operand(buffer: Buffer, own: Shape, shape: Shape, row: string, block: string): string {
    const at = broadcastRow(own, shape, row);
    if (own.at(-1) === 1 && shape.at(-1) !== 1) return `vec4f(${this.load(buffer, at)}.x)`;
    const stride = channelBlocks(own);
    return this.load(buffer, at === '0u' ? block : `(${at}) * ${stride}u + ${block}`);
  }

  /** Assembles the module: `main` is the text of the entry point and its helpers. */
  build(main: string, workgroups: readonly [number, number, number], note?: string): BuiltKernel {
    const enables = [...this.extensions].sort().map((extension) => `enable ${extension};\n`);
    const wgsl = `${enables.join('')}${this.declarations.join('\n')}\n${indent(main)}\n`;
    return { wgsl, workgroups, bindings: this.bindings, weights: this.weights, ...(note ? { note } : {}) };
  }
}

/** Statement that zeroes the lanes of `v` beyond the last channel. */
export function maskPadding(v: string, channels: number, block: string): string {
  const lanes = Array.from({ length: 4 }, (_, lane) => (lane < channels % 4 ? '1.0' : '0.0')).join(', ');
  return `if (${block} == ${Math.floor(channels / 4)}u) { ${v} = ${v} * vec4f(${lanes}); }`;
}

/**
 * Row of a broadcast operand for `row` of a value of shape `shape`. A rank-2 operand `[N, C]` stands for `[N, 1, 1, C]`;
 * maps and tokens with as many rows are the same rows.
 */
export function broadcastRow(own: Shape, shape: Shape, row: string): string {
  const target = shape.slice(0, -1);
  if (rowCount(own) === rowCount(shape)) return row;
  if (rowCount(own) === 1) return '0u';
  let lead = own.slice(0, -1);
  if (lead.length < target.length)
    lead =
      own.length === 2
        ? [...lead, ...target.slice(1).map(() => 1)]
        : [...target.slice(lead.length).map(() => 1), ...lead];
  if (lead.length !== target.length || lead.some((size, axis) => size !== 1 && size !== target[axis])) {
    throw new Error(`a value of shape ${own.join('×')} does not broadcast to ${shape.join('×')}`);
  }
  const terms: string[] = [];
  for (let axis = 0; axis < target.length; axis++) {
    if (lead[axis] === 1) continue;
    // A run of kept axes is one division and one remainder.
    let end = axis;
    while (end + 1 < target.length && lead[end + 1] !== 1) end++;
    const below = elements(target.slice(end + 1));
    const run = elements(target.slice(axis, end + 1));
    let term = below === 1 ? row : `${row} / ${below}u`;
    if (elements(target.slice(0, axis)) > 1) term = `(${term}) % ${run}u`;
    const stride = elements(lead.slice(end + 1));
    terms.push(stride === 1 ? `(${term})` : `(${term}) * ${stride}u`);
    axis = end;
  }
  return terms.join(' + ');
}

/** A grid of `count` invocations in one line, folded to two dimensions where the device's limit asks for it. */
export function lineGrid(
  count: number,
  caps: Capabilities,
  size = 64,
): { workgroups: [number, number, number]; prologue: string; size: number } {
  const groups = Math.ceil(count / size);
  const x = Math.min(groups, caps.maxWorkgroupsPerDimension);
  const y = Math.ceil(groups / x);
  const id = y === 1 ? 'id.x' : `id.y * ${x * size}u + id.x`;
  return {
    workgroups: [x, y, 1],
    size,
    prologue: `let index = ${id};\nif (index >= ${count}u) { return; }`,
  };
}

/** Entry point of one invocation per stored vec4 of `shape`, with `row` and `block` at hand. */
export function perVector(
  shape: Shape,
  caps: Capabilities,
  body: string,
  size = 64,
): { main: string; workgroups: [number, number, number] } {
  const blocks = channelBlocks(shape);
  const grid = lineGrid(storedVectors(shape), caps, size);
  const main = `@compute @workgroup_size(${size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
let row = ${blocks === 1 ? 'index' : `index / ${blocks}u`};
let block = ${blocks === 1 ? '0u' : `index % ${blocks}u`};
${body}
}`;
  return { main, workgroups: grid.workgroups };
}
