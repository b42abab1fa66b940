// Mean average precision as COCO counts it (pycocotools' COCOeval for boxes): twelve figures over thresholds, areas and numbers of boxes.

/** Left, top, width, height, pixels. */
type CocoBox = readonly [number, number, number, number];

export interface TrueBox {
  readonly image: number;
  readonly class: number;
  readonly box: CocoBox;
  readonly area: number;
  /** A box around many things: what lies in it is neither right nor wrong. */
  readonly crowd?: boolean;
}

export interface FoundBox {
  readonly image: number;
  readonly class: number;
  readonly box: CocoBox;
  readonly score: number;
}

const names = ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl'] as const;
/** −1 where there is nothing to find. */
export type CocoFigures = Readonly<Record<(typeof names)[number], number>>;

const steps = (from: number, to: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => (i === count - 1 ? to : from + i * ((to - from) / (count - 1))));
const overlaps = steps(0.5, 0.95, 10);
const recalls = steps(0, 1, 101);
const areas = { all: [0, 1e10], small: [0, 32 ** 2], medium: [32 ** 2, 96 ** 2], large: [96 ** 2, 1e10] } as const;
type Area = keyof typeof areas;
const mostBoxes = 100;

/** One class of one picture, matched at every threshold. */
interface Matched {
  readonly scores: readonly number[];
  /** Threshold → box → what it is: 1 right, 0 wrong, −1 does not count. */
  readonly verdicts: readonly (readonly number[])[];
  readonly wanted: number;
}

export function cocoFigures(truth: readonly TrueBox[], found: readonly FoundBox[]): CocoFigures {
  const classes = [...new Set(truth.map((one) => one.class))].sort((a, b) => a - b);
  const images = [...new Set([...truth, ...found].map(({ image }) => image))].sort((a, b) => a - b);
  const [trueOf, foundOf] = [grouped(truth), grouped(found)];
  const curves = (area: Area, most: number): readonly Curve[] =>
    classes.flatMap((wanted) => {
      const matched = images.flatMap((image) => {
        const key = keyOf({ image, class: wanted });
        return match(trueOf.get(key) ?? [], foundOf.get(key) ?? [], areas[area], most);
      });
      return curve(matched);
    });
  const [all, small, medium, large] = (['all', 'small', 'medium', 'large'] as const).map((area) =>
    curves(area, mostBoxes),
  ) as [readonly Curve[], readonly Curve[], readonly Curve[], readonly Curve[]];
  const precision = (of: readonly Curve[], from = 0, to = overlaps.length): number =>
    average(of.flatMap((one) => one.precision.slice(from, to).flat()));
  const recall = (of: readonly Curve[]): number => average(of.flatMap((one) => one.recall));
  const figures = [
    precision(all),
    precision(all, 0, 1),
    precision(all, 5, 6),
    ...[small, medium, large].map((of) => precision(of)),
    recall(curves('all', 1)),
    recall(curves('all', 10)),
    ...[all, small, medium, large].map(recall),
  ];
  return Object.fromEntries(names.map((name, i) => [name, figures[i]])) as CocoFigures;
}

interface Place {
  readonly image: number;
  readonly class: number;
}
const keyOf = ({ image, class: index }: Place): string => `${image}/${index}`;

/** Boxes of one class of one picture together, in their order. */
function grouped<T extends Place>(boxes: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const box of boxes) {
    const group = groups.get(keyOf(box));
    if (group) group.push(box);
    else groups.set(keyOf(box), [box]);
  }
  return groups;
}

const average = (values: readonly number[]): number =>
  values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length;

const within = (area: number, [from, to]: readonly [number, number]): boolean => area >= from && area <= to;

/** Boxes in order of score, each given to the truth that it overlaps most and that is not taken; those that count go first. */
function match(
  truth: readonly TrueBox[],
  found: readonly FoundBox[],
  area: readonly [number, number],
  most: number,
): readonly Matched[] {
  if (truth.length === 0 && found.length === 0) return [];
  const ignored = (one: TrueBox): boolean => one.crowd === true || !within(one.area, area);
  const wanted = [...truth.filter((one) => !ignored(one)), ...truth.filter(ignored)];
  const count = wanted.filter((one) => !ignored(one)).length;
  const best = [...found].sort((a, b) => b.score - a.score).slice(0, most);
  const pairs = best.map(({ box }) => wanted.map((one) => overlapOf(box, one)));
  const verdicts = overlaps.map((threshold) => {
    const taken = new Set<number>();
    return best.map(({ box }, d) => {
      let [least, chosen] = [Math.min(threshold, 1 - 1e-10), -1];
      for (let g = 0; g < wanted.length; g++) {
        if (taken.has(g) && wanted[g]?.crowd !== true) continue;
        // From here on none counts, and one that does was found.
        if (chosen >= 0 && chosen < count && g >= count) break;
        const overlap = pairs[d]?.[g] as number;
        if (overlap < least) continue;
        [least, chosen] = [overlap, g];
      }
      if (chosen < 0) return within(box[2] * box[3], area) ? 0 : -1;
      taken.add(chosen);
      return chosen < count ? 1 : -1;
    });
  });
  return [{ scores: best.map(({ score }) => score), verdicts, wanted: count }];
}

/** Intersection over union; over the box's own area where the truth is a crowd. */
function overlapOf([x, y, w, h]: CocoBox, { box: [gx, gy, gw, gh], crowd }: TrueBox): number {
  const width = Math.min(x + w, gx + gw) - Math.max(x, gx);
  const height = Math.min(y + h, gy + gh) - Math.max(y, gy);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (crowd ? w * h : w * h + gw * gh - width * height);
}

interface Curve {
  /** Threshold → precision at each of the 101 recalls. */
  readonly precision: readonly (readonly number[])[];
  /** Threshold → the highest recall. */
  readonly recall: readonly number[];
}

/** Precision over recall of one class, all pictures together; nothing where nothing is to be found. */
function curve(matched: readonly Matched[]): readonly Curve[] {
  const wanted = matched.reduce((sum, one) => sum + one.wanted, 0);
  if (wanted === 0) return [];
  const scores = matched.flatMap((one) => one.scores);
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const parts = overlaps.map((_, t) => {
    const verdicts = matched.flatMap((one) => one.verdicts[t] as readonly number[]);
    let [right, wrong] = [0, 0];
    const reached: number[] = [];
    const precision: number[] = [];
    for (const i of order) {
      if (verdicts[i] === 1) right++;
      else if (verdicts[i] === 0) wrong++;
      reached.push(right / wanted);
      precision.push(right / (right + wrong + Number.EPSILON));
    }
    for (let i = precision.length - 1; i > 0; i--)
      precision[i - 1] = Math.max(precision[i - 1] as number, precision[i] as number);
    let at = 0;
    const sampled = recalls.map((recall) => {
      while (at < reached.length && (reached[at] as number) < recall) at++;
      return precision[at] ?? 0;
    });
    return { sampled, recall: reached.at(-1) ?? 0 };
  });
  return [{ precision: parts.map(({ sampled }) => sampled), recall: parts.map(({ recall }) => recall) }];
}
