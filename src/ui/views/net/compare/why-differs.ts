// Why one net is faster than another: milliseconds by kind of work and by resolution, before and after, and in one sentence.
import type { InferredGraph } from '../../../../graph/ir/graph.ts';
import { workKinds, workKindsOf } from '../../../../graph/ir/op-words.ts';
import { sceneOf, resolutionOf } from '../../../drawing/scene.ts';
import { milliseconds } from '../../../parts/format.ts';
import type { NodeTimes } from '../../../state/measurements/heat.ts';
import type { Architecture } from '../../../../graph/architecture.ts';

export interface TimedSide {
  readonly graph: InferredGraph;
  readonly architecture: Architecture;
  readonly times: NodeTimes;
}

export interface Part {
  readonly name: string;
  /** Milliseconds, of the sum of layers; 0 where the net has none of it. */
  readonly before: number;
  readonly after: number;
}

export interface WhyDiffers {
  readonly byKind: readonly Part[];
  readonly byResolution: readonly Part[];
  readonly sentence: string;
}

export function whyDiffers(before: TimedSide, after: TimedSide): WhyDiffers {
  const [a, b] = [partsOf(before), partsOf(after)];
  const byKind = joined(a.kinds, b.kinds, workKinds);
  // The larger maps first, as in the net; vectors and tokens last.
  const names = [...new Set([...a.resolutions.keys(), ...b.resolutions.keys()])];
  const side = (name: string): number => Number.parseInt(name, 10) || 0;
  const byResolution = joined(
    a.resolutions,
    b.resolutions,
    names.sort((x, y) => Number(y.includes('×')) - Number(x.includes('×')) || side(y) - side(x)),
  );
  return { byKind, byResolution, sentence: sentenceOf(byKind, byResolution) };
}

function partsOf({ graph, architecture, times }: TimedSide) {
  const kinds = new Map<string, number>();
  const resolutions = new Map<string, number>();
  const kindOf = workKindsOf(graph);
  const put = (map: Map<string, number>, key: string, ms: number): void => void map.set(key, (map.get(key) ?? 0) + ms);
  for (const [id, ms] of times.ms) put(kinds, kindOf.get(id) ?? 'rest', ms);
  for (const unit of sceneOf({ graph, architecture }).units)
    for (const { id } of unit.nodes) put(resolutions, resolutionOf(unit.output), times.ms.get(id) ?? 0);
  return { kinds, resolutions };
}

const joined = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  names: readonly string[],
): Part[] =>
  names
    .filter((name) => before.has(name) || after.has(name))
    .map((name) => ({ name, before: before.get(name) ?? 0, after: after.get(name) ?? 0 }));

const sum = (parts: readonly Part[], side: 'before' | 'after'): number =>
  parts.reduce((total, part) => total + part[side], 0);
const arrow = ({ before, after }: Pick<Part, 'before' | 'after'>): string =>
  `${milliseconds(before)} → ${milliseconds(after)}`;

/** The kind and the resolution that changed most in the direction of the whole. */
function sentenceOf(kinds: readonly Part[], resolutions: readonly Part[]): string {
  const whole = { before: sum(kinds, 'before'), after: sum(kinds, 'after') };
  const by = whole.after - whole.before;
  const start = `Sum of layers ${arrow(whole)}`;
  const most = (parts: readonly Part[]): Part | undefined =>
    [...parts].sort((x, y) => Math.sign(by) * (y.after - y.before - (x.after - x.before)))[0];
  const [kind, place] = [most(kinds), most(resolutions)];
  if (by === 0 || !kind || !place) return `${start}.`;
  return `${start}: most of it in ${kind.name} (${arrow(kind)}) and at ${place.name} (${arrow(place)}).`;
}
