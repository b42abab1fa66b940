// Two nets node by node: what was added, removed and changed, in the order of the left with what is new at its place. Pure data.
import { constantsDiffer } from './statistics.ts';
import { indexed, type Indexed } from './indexed.ts';
import { matchNodes } from './match.ts';
import type { NetSide } from './side.ts';

export interface NodeDifference {
  readonly what: 'kind' | 'attribute' | 'type' | 'quantization' | 'weights' | 'inputs';
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export type NodeChange = 'same' | 'changed' | 'added' | 'removed';

export interface NodeRow {
  /** Places in the nodes of either outline. */
  readonly left?: number;
  readonly right?: number;
  readonly change: NodeChange;
  readonly changes: readonly NodeDifference[];
}

export interface NodeDiff {
  readonly rows: readonly NodeRow[];
  /** What the files as wholes say differently: producer, opsets, inputs, outputs. */
  readonly facts: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}

/** Whose operands may stand in any order. */
const commutes = /^(add|mul|max|min|maximum|minimum|sum)$/i;

const absent = '–';

export function diffNodes(left: NetSide, right: NetSide, progress?: (share: number) => void): NodeDiff {
  const [a, b] = [indexed(left), indexed(right)];
  const partner = matchNodes(a, b);
  const back = new Int32Array(b.reads.length).fill(-1);
  partner.forEach((to, from) => {
    if (to >= 0) back[to] = from;
  });
  const added = new Map<number, NodeRow[]>();
  let last = -1;
  back.forEach((from, at) => {
    if (from >= 0) last = from;
    else added.set(last, [...(added.get(last) ?? []), { right: at, change: 'added', changes: [] }]);
  });
  const rows: NodeRow[] = [...(added.get(-1) ?? [])];
  partner.forEach((to, from) => {
    if (from % 64 === 0) progress?.(from / partner.length);
    if (to < 0) rows.push({ left: from, change: 'removed', changes: [] });
    else {
      const changes = changesOf(a, b, from, to, partner, back);
      rows.push({ left: from, right: to, change: changes.length > 0 ? 'changed' : 'same', changes });
    }
    rows.push(...(added.get(from) ?? []));
  });
  return { rows, facts: factsOf(left, right) };
}

function changesOf(
  a: Indexed,
  b: Indexed,
  from: number,
  to: number,
  partner: Int32Array,
  back: Int32Array,
): NodeDifference[] {
  const [one, other] = [a.side.outline, b.side.outline];
  const [left, right] = [one.nodes[from]!, other.nodes[to]!];
  const changes: NodeDifference[] = [];
  const say = (what: NodeDifference['what'], name: string, before = absent, after = absent): void => {
    if (before !== after) changes.push({ what, name, before, after });
  };
  say('kind', 'kind', left.kind, right.kind);
  const [own, others] = [new Map(left.attributes), new Map(right.attributes)];
  for (const name of new Set([...own.keys(), ...others.keys()]))
    say('attribute', name, own.get(name), others.get(name));
  const values = (what: string, keys: readonly string[], otherKeys: readonly string[]): void => {
    for (let at = 0; at < Math.max(keys.length, otherKeys.length); at++) {
      const [x, y] = [one.values.get(keys[at] ?? ''), other.values.get(otherKeys[at] ?? '')];
      const name = what === 'output' && keys.length < 2 ? what : (x?.label ?? y?.label ?? `${what} ${at + 1}`);
      if (!x && !y) continue;
      say('type', name, x?.type, y?.type);
      say('quantization', name, x?.quantization, y?.quantization);
      const differ = constantsDiffer(a.side.constant(keys[at] ?? ''), b.side.constant(otherKeys[at] ?? ''));
      if (differ) say('weights', name, differ.before, differ.after);
    }
  };
  values('output', left.outputs, right.outputs);
  values('constant', a.constants[from]!, b.constants[to]!);
  const [sources, otherSources] = [a.reads[from]!, b.reads[to]!];
  const [met, otherMet] = [sources.map((at) => known(a, at, partner)), otherSources.map((at) => known(b, at, back))];
  if (commutes.test(left.kind) && met.length === otherMet.length) {
    const place = new Map(met.map((node, at) => [node < 0 ? -1 : partner[node]!, at]));
    otherMet.sort((x, y) => (place.get(x) ?? 0) - (place.get(y) ?? 0));
  }
  for (let at = 0; at < Math.max(met.length, otherMet.length); at++) {
    const [x = -1, y = -1] = [met[at], otherMet[at]];
    if (x >= 0 ? partner[x] === y : y < 0) continue;
    const name = (of: Indexed, node: number): string => of.side.outline.nodes[node]?.name ?? absent;
    say('inputs', `reads ${at + 1}`, name(a, x), name(b, y));
  }
  return changes;
}

/** The nearest node above that has a partner: what stands between is told by its own row. */
function known({ reads }: Indexed, at: number, partner: Int32Array): number {
  let node = at;
  while (node >= 0 && partner[node] === -1) node = reads[node]![0] ?? -1;
  return node;
}

function factsOf({ outline: a }: NetSide, { outline: b }: NetSide): NodeDiff['facts'] {
  const listed = ({ facts, inputs, outputs, values }: typeof a): Map<string, string> => {
    const typed = (keys: readonly string[]): string =>
      keys.map((key) => `${values.get(key)?.label ?? key} ${values.get(key)?.type ?? ''}`.trim()).join('; ');
    return new Map([...facts, ['Inputs', typed(inputs)], ['Outputs', typed(outputs)]]);
  };
  const [own, others] = [listed(a), listed(b)];
  return [...new Set([...own.keys(), ...others.keys()])].flatMap((name) => {
    const [before, after] = [own.get(name) ?? absent, others.get(name) ?? absent];
    return before === after ? [] : [{ name, before, after }];
  });
}
