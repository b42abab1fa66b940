// Which node of one net is which of another: by name where names say something, then by what nodes are in their order, then by their neighbours.
import type { Indexed } from './indexed.ts';
import { commonSubsequence, rising } from './sequence.ts';

/** `Conv_12`, `node_conv2d_3`, `onnx::Conv_1234`: exporters count, and one node more renames all behind it. */
const isCount = (name: string): boolean =>
  name === '' || /^(node[_ ])?[A-Za-z:_]*(2d_|3d_)?\d+$/.test(name) || name.startsWith('onnx::');

/** Left node → its partner on the right, or −1. */
export function matchNodes(left: Indexed, right: Indexed): Int32Array {
  const partner = new Int32Array(left.reads.length).fill(-1);
  const taken = new Uint8Array(right.reads.length);
  const join = (a: number, b: number): void => {
    if (partner[a] !== -1 || taken[b]) return;
    partner[a] = b;
    taken[b] = 1;
  };
  const pairUp = (nameOf: (of: Indexed, at: number) => string | undefined): void => {
    const others = once(right, (at) => (taken[at] ? undefined : nameOf(right, at)));
    for (const [name, at] of once(left, (at) => (partner[at] === -1 ? nameOf(left, at) : undefined))) {
      const other = others.get(name) ?? -1;
      if (at >= 0 && other >= 0) join(at, other);
    }
  };
  pairUp(({ side }, at) => {
    const { name } = side.outline.nodes[at]!;
    return isCount(name) ? undefined : name;
  });
  // Weights keep their names where nodes are counted.
  pairUp((of, at) => {
    const key = of.constants[at]!.find((one) => !isCount(labelOf(of, one)));
    return key === undefined ? undefined : `${kindOf(of, at)}\n${labelOf(of, key)}`;
  });
  for (const level of [3, 2, 1] as const) alignGaps(left, right, partner, taken, join, level);
  joinNeighbours(left, right, partner, taken, join);
  return partner;
}

const labelOf = ({ side }: Indexed, key: string): string => side.outline.values.get(key)?.label ?? key;

/** `Conv`, `CONV_2D` and `conv2d` are one word. */
const kindOf = ({ side }: Indexed, at: number): string =>
  side.outline.nodes[at]!.kind.toLowerCase().replace(/[ _]|2d/g, '');

/** Name → the node that bears it, −1 where several do. */
function once({ reads }: Indexed, nameOf: (at: number) => string | undefined): Map<string, number> {
  const places = new Map<string, number>();
  reads.forEach((_, at) => {
    const name = nameOf(at);
    if (name !== undefined) places.set(name, places.has(name) ? -1 : at);
  });
  return places;
}

/** What a node is: 3 = all that it says, 2 = its kind and what comes out, 1 = its kind. */
function wordOf(of: Indexed, at: number, level: 1 | 2 | 3): string {
  const { values, nodes } = of.side.outline;
  const { outputs, attributes } = nodes[at]!;
  const type = (key: string): string => values.get(key)?.type ?? '';
  const kind = kindOf(of, at);
  if (level === 1) return kind;
  const shown = `${kind}\n${outputs.map(type).join()}`;
  if (level === 2) return shown;
  const said = attributes.map(([name, text]) => `${name}=${text}`).sort();
  return `${shown}\n${said.join()}\n${of.constants[at]!.map(type).join()}`;
}

/** Between nodes that have partners in the same order, the longest common subsequence of what is left. */
function alignGaps(
  left: Indexed,
  right: Indexed,
  partner: Int32Array,
  taken: Uint8Array,
  join: (a: number, b: number) => void,
  level: 1 | 2 | 3,
): void {
  const pairs = Array.from(partner, (b, a) => [a, b] as const).filter(([, b]) => b >= 0);
  const anchors = [...rising(pairs), [left.reads.length, right.reads.length] as const];
  let [aFrom, bFrom] = [0, 0];
  for (const [aTo, bTo] of anchors) {
    const [a, b] = [[] as number[], [] as number[]];
    for (let at = aFrom; at < aTo; at++) if (partner[at] === -1) a.push(at);
    for (let at = bFrom; at < bTo; at++) if (!taken[at]) b.push(at);
    const words = (of: Indexed, nodes: readonly number[]): string[] => nodes.map((at) => wordOf(of, at, level));
    if (a.length > 0 && b.length > 0)
      for (const [i, j] of commonSubsequence(words(left, a), words(right, b))) join(a[i]!, b[j]!);
    [aFrom, bFrom] = [aTo + 1, bTo + 1];
  }
}

/** Of another kind at the same place: what it reads are partners, and so are those that read it. */
function joinNeighbours(
  left: Indexed,
  right: Indexed,
  partner: Int32Array,
  taken: Uint8Array,
  join: (a: number, b: number) => void,
): void {
  left.reads.forEach((reads, a) => {
    if (partner[a] !== -1 || reads.length === 0) return;
    const [first = -1] = reads.map((from) => partner[from]!);
    if (first < 0) return;
    const readers = left.readBy[a]!.map((to) => partner[to]!);
    const fits = right.readBy[first]!.filter((b) => {
      if (taken[b]) return false;
      const others = right.readBy[b]!;
      return others.length === readers.length && others.every((to) => readers.includes(to));
    });
    if (fits.length === 1) join(a, fits[0]!);
  });
}
