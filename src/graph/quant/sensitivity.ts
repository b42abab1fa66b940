// Which layers suffer most from bytes, and how many of them must stay float for the answers to hold.
import { agreementOf, type Agreement } from './compare.ts';
import type { FoldedNet } from './fold.ts';
import { layerId, whyFloat } from './layers.ts';
import { quantizeNet, type QuantizedNet, type Recipe } from './quantize.ts';
import type { Interval } from './scheme.ts';

/** Logits of a net, picture by picture; always the same pictures. */
export type Evaluate = (net: QuantizedNet) => Promise<readonly Float32Array[]>;

export interface Sensitivity {
  readonly layer: string;
  readonly agreement: Agreement;
}

export interface Subject {
  readonly folded: FoldedNet;
  readonly ranges: ReadonlyMap<string, Interval>;
  readonly recipe: Recipe;
  /** Logits of the float net. */
  readonly reference: readonly Float32Array[];
  readonly evaluate: Evaluate;
}

/** Layers that have an integer form, in order. */
export const quantizable = ({ program }: Pick<FoldedNet, 'program'>): string[] =>
  program.steps.filter((step) => whyFloat(step) === undefined).map(layerId);

/** Each layer quantized alone, all others float; the one that spoils the logits most comes first. The same input gives the same order. */
export async function rankLayers(
  subject: Subject,
  onLayer?: (done: number, total: number) => void,
): Promise<Sensitivity[]> {
  const layers = quantizable(subject.folded);
  const found: Sensitivity[] = [];
  for (const layer of layers) {
    const net = quantizeNet(subject.folded, subject.ranges, {
      ...subject.recipe,
      float: layers.filter((other) => other !== layer),
    });
    found.push({ layer, agreement: agreementOf(subject.reference, await subject.evaluate(net)) });
    onLayer?.(found.length, layers.length);
  }
  return found
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => a.entry.agreement.logitsSqnrDb - b.entry.agreement.logitsSqnrDb || a.index - b.index)
    .map(({ entry }) => entry);
}

export interface Partial {
  /** Layers to keep in float, the most sensitive first. */
  readonly float: readonly string[];
  readonly net: QuantizedNet;
  readonly agreement: Agreement;
  /** False: even with all of them float the target does not hold. */
  readonly met: boolean;
}

/**
 * The fewest of the most sensitive layers kept float so that top-1 agreement reaches `target`, found by doubling and halving. Agreement
 * need not grow with every layer, so the answer is the smallest tried that holds.
 */
export async function partialQuantization(
  subject: Subject,
  ranking: readonly string[],
  target: number,
): Promise<Partial> {
  const attempt = async (count: number): Promise<Partial> => {
    const float = ranking.slice(0, count);
    const net = quantizeNet(subject.folded, subject.ranges, { ...subject.recipe, float });
    const agreement = agreementOf(subject.reference, await subject.evaluate(net));
    return { float, net, agreement, met: agreement.top1 >= target };
  };
  let best = await attempt(0);
  if (best.met) return best;
  let failed = 0;
  for (let count = 1; !best.met && failed < ranking.length; count = Math.min(2 * count, ranking.length)) {
    best = await attempt(count);
    if (!best.met) failed = count;
  }
  let held = best.float.length;
  while (best.met && held - failed > 1) {
    const middle = Math.floor((held + failed) / 2);
    const tried = await attempt(middle);
    if (tried.met) {
      best = tried;
      held = middle;
    } else failed = middle;
  }
  return best;
}
