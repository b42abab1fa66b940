// Rewrites of the converted graph: what exporters spell out in several nodes is said by the one op that means it.
import type { Draft } from './emitter.ts';

export interface GraphPass {
  readonly name: string;
  readonly doc: string;
  /** Nodes of `outputs` stay. A changed node keeps its id, so that what the file calls its value is found. */
  run(drafts: readonly Draft[], outputs: ReadonlySet<string>): Rewritten;
}

interface Rewritten {
  readonly drafts: readonly Draft[];
  readonly changes: number;
}

/** The graph as passes ask about it. */
class Look {
  readonly byId: ReadonlyMap<string, Draft>;
  private readonly readers = new Map<string, number>();
  constructor(drafts: readonly Draft[], outputs: ReadonlySet<string>) {
    this.byId = new Map(drafts.map((draft) => [draft.id, draft]));
    for (const { inputs } of drafts) for (const id of inputs) this.readers.set(id, (this.readers.get(id) ?? 0) + 1);
    for (const id of outputs) this.readers.set(id, (this.readers.get(id) ?? 0) + 1);
  }
  /** The node that makes operand `index`, where nothing else reads it. */
  only(draft: Draft | undefined, index: number): Draft | undefined {
    const id = draft?.inputs[index] ?? '';
    return this.readers.get(id) === 1 ? this.byId.get(id) : undefined;
  }
}

/** A pass that says for each node what it becomes; what nothing reads any more goes. */
const each = (
  name: string,
  doc: string,
  propose: (draft: Draft, look: Look) => Partial<Draft> | undefined,
): GraphPass => ({
  name,
  doc,
  run(drafts, outputs) {
    let changes = 0;
    let current = drafts;
    for (;;) {
      const look = new Look(current, outputs);
      let changed = false;
      current = current.map((draft) => {
        const proposed = changed ? undefined : propose(draft, look);
        if (!proposed) return draft;
        changed = true;
        changes++;
        return { ...draft, ...proposed };
      });
      if (!changed) return { drafts: current, changes };
      current = cleaned(current, outputs);
    }
  },
});

/** Without the nodes that no output needs; inputs stay. */
export function cleaned(drafts: readonly Draft[], outputs: ReadonlySet<string>): readonly Draft[] {
  const needed = new Set(outputs);
  for (const { id, inputs } of [...drafts].reverse()) if (needed.has(id)) for (const input of inputs) needed.add(input);
  return drafts.filter(({ id, op }) => needed.has(id) || op === 'input');
}

const numbers = (draft: Draft | undefined): Readonly<Record<string, number>> =>
  (draft?.attrs ?? {}) as Readonly<Record<string, number>>;
const near = (a: number | undefined, b: number): boolean => a !== undefined && Math.abs(a - b) < 1e-6;

/** hsigmoid(x) of x + 3 → relu6 → / 6, in any grouping. */
function hardSigmoid(draft: Draft, look: Look): Partial<Draft> | undefined {
  if (draft.op !== 'scale_const' || !near(numbers(draft).factor, 1 / 6)) return undefined;
  const clip = look.only(draft, 0);
  const shift = look.only(clip, 0);
  if (clip?.op !== 'relu6' || shift?.op !== 'affine') return undefined;
  const { factor, offset } = numbers(shift);
  return near(factor, 1) && near(offset, 3) ? { op: 'hsigmoid', attrs: {}, inputs: shift.inputs } : undefined;
}

/** clip(x / 6 + 1/2, 0, 1). */
function clippedSigmoid(draft: Draft, look: Look): Partial<Draft> | undefined {
  const { min, max } = numbers(draft);
  const shift = look.only(draft, 0);
  if (draft.op !== 'clip' || min !== 0 || max !== 1 || shift?.op !== 'affine') return undefined;
  const { factor, offset } = numbers(shift);
  return near(factor, 1 / 6) && near(offset, 0.5) ? { op: 'hsigmoid', attrs: {}, inputs: shift.inputs } : undefined;
}

/** x · gate(x) → one activation. */
const gated =
  (gate: string, op: 'hswish' | 'swish') =>
  (draft: Draft, look: Look): Partial<Draft> | undefined => {
    if (draft.op !== 'mul') return undefined;
    const at = [0, 1].find(
      (i) => look.only(draft, i)?.op === gate && look.only(draft, i)!.inputs[0] === draft.inputs[1 - i],
    );
    return at === undefined ? undefined : { op, attrs: {}, inputs: [draft.inputs[1 - at]!] };
  };

/** (x · relu6(x + 3)) / 6. */
function lateHardSwish(draft: Draft, look: Look): Partial<Draft> | undefined {
  if (draft.op !== 'scale_const' || !near(numbers(draft).factor, 1 / 6)) return undefined;
  const product = look.only(draft, 0);
  if (product?.op !== 'mul') return undefined;
  for (const i of [0, 1]) {
    const clip = look.only(product, i);
    const shift = look.only(clip, 0);
    if (
      clip?.op === 'relu6' &&
      shift?.op === 'affine' &&
      near(numbers(shift).factor, 1) &&
      near(numbers(shift).offset, 3)
    )
      if (shift.inputs[0] === product.inputs[1 - i]) return { op: 'hswish', attrs: {}, inputs: shift.inputs };
  }
  return undefined;
}

/** x/2 · (1 + erf(x / √2)), in either grouping. */
function gelu(draft: Draft, look: Look): Partial<Draft> | undefined {
  const half = draft.op === 'scale_const' && near(numbers(draft).factor, 0.5) ? look.only(draft, 0) : draft;
  if (half?.op !== 'mul') return undefined;
  for (const i of [0, 1]) {
    const sum = look.only(half, i);
    const error = look.only(sum, 0);
    const scaled = look.only(error, 0);
    if (sum?.op !== 'affine' || !near(numbers(sum).factor, 1) || !near(numbers(sum).offset, 1)) continue;
    if (error?.op !== 'function' || (error.attrs as { of: string }).of !== 'erf') continue;
    if (scaled?.op !== 'scale_const' || !near(numbers(scaled).factor, Math.SQRT1_2)) continue;
    const x = scaled.inputs[0]!;
    const other = half.inputs[1 - i]!;
    const halved = look.byId.get(other);
    const before = halved?.op === 'scale_const' && near(numbers(halved).factor, 0.5) && halved.inputs[0] === x;
    if (half === draft ? before : other === x) return { op: 'gelu', attrs: {}, inputs: [x] };
  }
  return undefined;
}

/** Zeros around a map become the padding of the window that reads them. */
function padIntoWindow(draft: Draft, look: Look): Partial<Draft> | undefined {
  const pad = look.only(draft, 0);
  if (draft.op !== 'conv2d' || pad?.op !== 'pad') return undefined;
  const { before, after, mode, value } = pad.attrs as {
    before: number[];
    after: number[];
    mode: string;
    value: number;
  };
  const attrs = draft.attrs as { padding: unknown };
  const own =
    attrs.padding === 0 ? [0, 0, 0, 0] : Array.isArray(attrs.padding) ? (attrs.padding as number[]) : undefined;
  const outside = [0, 3].some((axis) => before[axis] !== 0 || after[axis] !== 0);
  if (!own || before.length !== 4 || mode !== 'constant' || value !== 0 || outside) return undefined;
  const padding = [own[0]! + before[1]!, own[1]! + after[1]!, own[2]! + before[2]!, own[3]! + after[2]!];
  return { attrs: { ...attrs, padding }, inputs: pad.inputs };
}

export const graphPasses: readonly GraphPass[] = [
  each('pads', 'Zeros around a map become the padding of the convolution that reads them.', padIntoWindow),
  each(
    'hard-sigmoid',
    'relu6(x + 3) / 6 is one activation.',
    (draft, look) => hardSigmoid(draft, look) ?? clippedSigmoid(draft, look),
  ),
  each(
    'hard-swish',
    'x · relu6(x + 3) / 6 is one activation.',
    (draft, look) => gated('hsigmoid', 'hswish')(draft, look) ?? lateHardSwish(draft, look),
  ),
  each('swish', 'x · sigmoid(x) is one activation.', gated('sigmoid', 'swish')),
  each('gelu', 'x/2 · (1 + erf(x / √2)) is one activation.', gelu),
];
