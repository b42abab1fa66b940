// What a training kernel is: WGSL over one arena of values and one buffer of state, places in a uniform, so that layers share pipelines.
import { elements, type Shape } from '../../shape.ts';

/** A value of the arena, or, with `state`, a tensor of the parameters' buffer. Row-major, the last axis fastest, without padding. */
export interface Operand {
  readonly id: string;
  readonly shape: Shape;
  readonly state?: true;
}

/** One dispatch-to-be. Places of `writes`, then of `reads`, then of the table, then `sizes` stand in the uniform in this order. */
export interface TrainStep {
  /** `pointwise/forward`. */
  readonly kernel: string;
  readonly wgsl: string;
  readonly workgroups: readonly [number, number, number];
  readonly writes: readonly Operand[];
  readonly reads: readonly Operand[];
  /** Words of the constant tables. */
  readonly table?: readonly number[];
  readonly sizes?: readonly number[];
}

/** Where lowered nodes put their dispatches. */
export interface Lowering {
  emit(step: TrainStep): void;
  /** A value of the lowering's own. */
  scratch(hint: string, shape: Shape): Operand;
  /** The value `id` is another one under a second name; nothing moves. */
  alias(id: string, to: Operand): void;
  /** Values that several nodes need: made by the first that asks. */
  shared(key: string, make: () => readonly Operand[]): readonly Operand[];
}

/** A node of a training graph as its lowering reads it. */
export interface LoweredNode<A = unknown> {
  readonly id: string;
  readonly attrs: A;
  readonly inputs: readonly Operand[];
  readonly params: Readonly<Record<string, Operand>>;
  readonly output: Operand;
}

export type Lower<A = unknown> = (l: Lowering, n: LoweredNode<A>) => void;

export interface KernelSpec {
  readonly kernel: string;
  /** Name → operand: `set_NAME(i, v)`, and `NAME(i)` too. */
  readonly out: Readonly<Record<string, Operand>>;
  /** Name → operand: `NAME(i)`. */
  readonly in: Readonly<Record<string, Operand>>;
  /** Invocations a workgroup. */
  readonly size: number;
  readonly workgroups: readonly [number, number, number];
  /** Statements of `main`; `group` is the number of the workgroup, `local` that of the invocation in it. */
  readonly body: string;
  /** Functions and workgroup variables. */
  readonly helpers?: string;
  /** `word(i)`. */
  readonly table?: readonly number[];
  /** Name → number that `main` reads under this name: layers that differ in these alone share a pipeline. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Values, or values and parameters, four at a time: indices count vec4s. */
  readonly vectors?: 'values' | 'all';
}

/** A grid of at least `count` workgroups within the limit of a dimension; `group` numbers them row by row. */
export function grid(count: number): readonly [number, number, number] {
  const wide = 32768;
  return count <= wide ? [Math.max(1, count), 1, 1] : [wide, Math.ceil(count / wide), 1];
}

/** The dispatch of a spec. */
export function stepOf(spec: KernelSpec): TrainStep {
  const { out, in: given, helpers = '', body, size, table, sizes = {} } = spec;
  const valueType = spec.vectors ? 'vec4f' : 'f32';
  const stateType = spec.vectors === 'all' ? 'vec4f' : 'f32';
  const places = [...Object.keys(out), ...Object.keys(given), ...(table ? ['table'] : []), ...Object.keys(sizes)];
  const place = (name: string): string => {
    const at = places.indexOf(name);
    return `U.at[${at >> 2}].${'xyzw'[at & 3] as string}`;
  };
  const text: string[] = [
    'struct Places { at: array<vec4u, 4> }',
    `@group(0) @binding(0) var<storage, read_write> A: array<${valueType}>;`,
    `@group(0) @binding(1) var<storage, read> P: array<${stateType}>;`,
    '@group(0) @binding(2) var<storage, read> T: array<u32>;',
    '@group(0) @binding(3) var<uniform> U: Places;',
  ];
  const address = (name: string, type: string): string =>
    type === 'vec4f' ? `(${place(name)} >> 2u) + i` : `${place(name)} + i`;
  for (const [name, operand] of [...Object.entries(out), ...Object.entries(given)]) {
    const [buffer, type] = operand.state ? ['P', stateType] : ['A', valueType];
    text.push(`fn ${name}(i: u32) -> ${type} { return ${buffer}[${address(name, type)}]; }`);
    if (name in out) text.push(`fn set_${name}(i: u32, v: ${type}) { ${buffer}[${address(name, type)}] = v; }`);
  }
  if (table) text.push(`fn word(i: u32) -> u32 { return T[${place('table')} + i]; }`);
  text.push(
    helpers,
    `@compute @workgroup_size(${size}) fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) wgs: vec3u, @builtin(local_invocation_index) local: u32) {`,
    '  let group = wg.x + wg.y * wgs.x;',
    ...Object.keys(sizes).map((name) => `  let ${name} = ${place(name)};`),
    body,
    '}',
  );
  return {
    kernel: spec.kernel,
    wgsl: text.filter((line) => line !== '').join('\n'),
    workgroups: spec.workgroups,
    writes: Object.values(out),
    reads: Object.values(given),
    ...(table && { table }),
    ...(spec.sizes && { sizes: Object.values(sizes) }),
  };
}

export type ElementSpec = Omit<KernelSpec, 'size' | 'workgroups'> & {
  /** Invocations; `i` is the number of one. */
  readonly count: number;
};

/** One invocation an element. */
export function eachElement(l: Lowering, spec: ElementSpec): void {
  const { count, body, ...rest } = spec;
  const size = 64;
  l.emit(
    stepOf({
      ...rest,
      size,
      workgroups: grid(Math.ceil(count / size)),
      ...(spec.sizes && { sizes: { ...spec.sizes, count } }),
      body: `  let i = group * ${size}u + local;\n  if (i >= ${spec.sizes ? 'count' : `${count}u`}) { return; }\n${body}`,
    }),
  );
}

export type SumSpec = Omit<KernelSpec, 'size' | 'workgroups' | 'body'> & {
  /** Results, each a sum of `terms`. */
  readonly outputs: number;
  readonly terms: number;
  /** Statements for term `k` of result `j`: add to `s0`, `s1`, … */
  readonly each: string;
  /** Sums kept. Default: 1. */
  readonly sums?: number;
  /** Statements that store result `j`. */
  readonly finish: string;
  /** Statements in front of the loop, from `j`. */
  readonly before?: string;
};

/** Sums in a fixed order: slices of the terms side by side, then the slices one after the other. */
export function eachSum(l: Lowering, spec: SumSpec): void {
  const { outputs, terms, each, finish, before = '', sums = 1, helpers = '', ...rest } = spec;
  // Few results: more slices each, as far as the workgroup's memory goes.
  const most = outputs >= 64 || sums > 16 ? 16 : 64;
  const slices = terms <= 8 ? 1 : terms <= 128 ? 4 : terms <= 1024 ? 16 : most;
  const across = Math.max(1, Math.min(outputs, Math.max(4, 64 / slices)));
  const size = across * slices;
  const names = Array.from({ length: sums }, (_, k) => `s${k}`);
  const declare = names.map((name) => `var ${name} = 0.0;`).join(' ');
  const loop = `${before}\n  ${declare}\n  for (var k = slice; k < ${terms}u; k += ${slices}u) {\n${each}\n  }`;
  const merge =
    slices === 1
      ? ''
      : `${names.map((name, s) => `  shared_sums[${s * size}u + local] = ${name};`).join('\n')}
  workgroupBarrier();
  if (slice != 0u) { return; }
  for (var k = 1u; k < ${slices}u; k++) {
${names.map((name, s) => `    ${name} += shared_sums[${s * size}u + k * ${across}u + local];`).join('\n')}
  }`;
  l.emit(
    stepOf({
      ...rest,
      size,
      workgroups: grid(Math.ceil(outputs / across)),
      helpers: `${helpers}${slices === 1 ? '' : `\nvar<workgroup> shared_sums: array<f32, ${size * sums}>;`}`,
      // Invocations beyond the last result do the last one again, so that all meet at the barrier.
      body: `  let slice = local / ${across}u;
  let own = group * ${across}u + local % ${across}u;
  let j = min(own, ${outputs - 1}u);
${loop}
${merge}
  if (own >= ${outputs}u) { return; }
${finish}`,
    }),
  );
}

/** Index into an operand that is broadcast to `output`, of output element `index`; axes are aligned at the last. */
export function broadcastIndex(index: string, output: Shape, operand: Shape): string {
  if (elements(operand) === elements(output)) return index;
  const aligned = [...new Array<number>(output.length - operand.length).fill(1), ...operand];
  const terms: string[] = [];
  let [outer, inner] = [1, 1];
  for (let axis = output.length - 1; axis >= 0; axis--) {
    const size = output[axis] as number;
    if (aligned[axis] !== 1 && size !== 1) {
      terms.push(`${index} / ${outer}u % ${size}u * ${inner}u`);
      inner *= size;
    }
    outer *= size;
  }
  return terms.length === 0 ? '0u' : terms.join(' + ');
}

/** A number as a WGSL literal of f32. */
export function float(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) throw new RangeError(`${value} is no float32`);
  const text = String(rounded);
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** Bits of a float32 as a word of a table. */
export const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] as number;
