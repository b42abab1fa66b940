// What `run` says of a task's answer: places in pixels of the picture, classes with their names, as JSON and as a table.
import type { ToPicture } from '../graph/pictures/preprocess.ts';
import { outputCount, outputKind, unnamedSentence, type OutputKind } from '../graph/tasks/classify/outputs.ts';
import type { Ranked, TaskAnswer, TensorFacts } from '../graph/tasks/task.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { textTable } from './text-table.ts';

/** `label` is null where it is not known what the classes are. */
interface Named {
  readonly index: number;
  readonly label: string | null;
}
type Top = readonly (Named & {
  /** Of a class, or the sigmoid of one logit or sound; null for a feature. */
  readonly probability: number | null;
  /** The logit or the feature, where it is no class among others. */
  readonly value?: number;
})[];

/** The answer's part of `run --json`; places are pixels of the picture. */
export interface AnswerJson {
  /** Absent for classes; `one`: a single logit; `features`: the net has no classifier; else what the task gives. */
  readonly output?: Exclude<TaskAnswer['kind'], 'classes'>;
  /** The most probable first; the largest first for features. Of a net with exits the last one's; empty where the answer is no ranking. */
  readonly top: Top;
  /** Every exit's, where there are several. */
  readonly exits?: readonly { readonly name: string; readonly top: Top }[];
  /** Box: left, top, right, bottom. */
  readonly boxes?: readonly (Named & {
    readonly score: number;
    readonly box: readonly number[];
    readonly points?: readonly (readonly number[])[];
  })[];
  /** The highest score of all boxes, shown or not. */
  readonly best?: number;
  /** Classes row by row as [class, pixels] runs, of the part of the net's map that the picture fills. */
  readonly mask?: {
    readonly width: number;
    readonly height: number;
    readonly runs: readonly (readonly [number, number])[];
  };
  readonly shares?: readonly (Named & { readonly share: number })[];
  /** Rounded to hundredths, row by row. */
  readonly matte?: {
    readonly width: number;
    readonly height: number;
    readonly share: number;
    readonly rows: readonly (readonly number[])[];
  };
  readonly points?: readonly (readonly number[])[];
  readonly presence?: number | null;
  readonly values?: readonly { readonly name: string; readonly value: number }[];
  readonly tensors?: readonly TensorFacts[];
}

export interface InPicture {
  readonly back: ToPicture;
  /** Pixels of the picture that one pixel of the input stands for, across. */
  readonly depth: number;
  /** Share of the input's columns and rows that the picture fills. */
  readonly filled: readonly [number, number];
}

type Labels = readonly string[] | undefined;

export function answerJson(answer: TaskAnswer, labels: Labels, place: InPicture | undefined): AnswerJson {
  const named = (index: number): Named => ({ index, label: labels?.[index] ?? null });
  const top = (rows: readonly Ranked[], valued: boolean): Top =>
    rows.map(({ index, value, probability }) => ({ ...named(index), probability, ...(valued && { value }) }));
  const x = (fraction: number): number => place?.back.x(fraction) ?? fraction;
  const y = (fraction: number): number => place?.back.y(fraction) ?? fraction;
  const point = ([px = 0, py = 0, ...rest]: readonly number[]): readonly number[] => [
    x(px),
    y(py),
    ...rest.map((depth) => depth * (place?.depth ?? 1)),
  ];
  switch (answer.kind) {
    case 'classes': {
      const exits = answer.heads.map((head) => ({ name: head.name, top: top(head.top, false) }));
      return { top: exits.at(-1)?.top ?? [], ...(exits.length > 1 && { exits }) };
    }
    case 'one':
    case 'features':
    case 'tags':
      return { output: answer.kind, top: top(answer.top, true) };
    case 'boxes':
      return {
        output: 'boxes',
        top: [],
        best: answer.best,
        boxes: answer.boxes.map(({ class: index, score, box: [left, above, right, below], points }) => ({
          ...named(index),
          score,
          box: [x(left), y(above), x(right), y(below)],
          ...(points && { points: points.map(point) }),
        })),
      };
    case 'mask':
      return { output: 'mask', top: [], ...maskJson(answer, named, place) };
    case 'matte': {
      const { width, height, at } = cut(answer, place);
      const rows = Array.from({ length: height }, (_, row) =>
        Array.from(
          { length: width },
          (_unused, column) => Math.round(100 * (answer.share[at(column, row)] as number)) / 100,
        ),
      );
      const share = rows.flat().reduce((sum, value) => sum + value, 0) / (width * height);
      return { output: 'matte', top: [], matte: { width, height, share, rows } };
    }
    case 'points':
      return { output: 'points', top: [], presence: answer.presence ?? null, points: answer.points.map(point) };
    case 'values':
      return { output: 'values', top: [], values: answer.values };
    case 'tensors':
      return { output: 'tensors', top: [], tensors: answer.tensors };
  }
}

/** The part of a map that the picture fills. */
function cut(map: { readonly width: number; readonly height: number }, place: InPicture | undefined) {
  const [across, down] = place?.filled ?? [1, 1];
  const width = Math.max(1, Math.round(map.width * across));
  const height = Math.max(1, Math.round(map.height * down));
  return { width, height, at: (column: number, row: number): number => row * map.width + column };
}

function maskJson(
  answer: Extract<TaskAnswer, { kind: 'mask' }>,
  named: (index: number) => Named,
  place: InPicture | undefined,
): Pick<AnswerJson, 'mask' | 'shares'> {
  const { width, height, at } = cut(answer, place);
  const runs: [number, number][] = [];
  const counts = new Array<number>(answer.classes).fill(0);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const found = answer.mask[at(column, row)] as number;
      counts[found] = (counts[found] ?? 0) + 1;
      const last = runs.at(-1);
      if (last?.[0] === found) last[1]++;
      else runs.push([found, 1]);
    }
  const shares = counts
    .map((count, index) => ({ ...named(index), share: count / (width * height) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  return { mask: { width, height, runs }, shares };
}

const percent = (share: number | null | undefined): string => `${(100 * (share ?? 0)).toFixed(2)} %`;
const right = true;

/** Lines for people. */
export function answerLines(answer: AnswerJson, graph: InferredGraph): string[] {
  const pixels = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(', ');
  const { output, top, boxes, shares, matte, points, presence, values, tensors } = answer;
  if (boxes) {
    if (boxes.length === 0) return [`nothing was found; the best score is ${percent(answer.best)}`];
    return textTable(
      [
        { title: 'class', right },
        { title: 'score', right },
        { title: 'label' },
        { title: 'left, top, right, bottom (px)' },
      ],
      boxes.map(({ index, label, score, box }) => [String(index), percent(score), label ?? '–', pixels(box)]),
    );
  }
  if (shares)
    return textTable(
      [{ title: 'class', right }, { title: 'of the picture', right }, { title: 'label' }],
      shares.map(({ index, label, share }) => [String(index), percent(share), label ?? '–']),
    );
  if (matte) return [`${percent(matte.share)} of the picture is in front`];
  if (points) {
    if (presence !== null && presence !== undefined && presence < 0.5)
      return [`no face is here: presence ${percent(presence)}; the points mean nothing`];
    return [
      ...(presence === null || presence === undefined ? [] : [`presence ${percent(presence)}`]),
      ...textTable(
        [{ title: 'point', right }, { title: 'place (px)' }],
        points.map((place, i) => [String(i), pixels(place)]),
      ),
    ];
  }
  if (values)
    return textTable(
      [{ title: 'value' }, { title: '', right }],
      values.map(({ name, value }) => [name, value.toFixed(4)]),
    );
  if (tensors)
    return textTable(
      [{ title: 'output' }, { title: 'shape' }, { title: 'mean', right }, { title: 'std', right }, { title: 'first' }],
      tensors.map(({ name, shape, mean, std, first }) => [
        name,
        shape.join('×'),
        mean.toFixed(4),
        std.toFixed(4),
        first.map((value) => value.toPrecision(4)).join(' '),
      ]),
    );
  const unnamed = top.every(({ label }) => label === null);
  const own = outputKind(graph);
  const kind = output === 'features' || (output === 'one' && own !== 'probability') ? output : own;
  return [...topTable(output, top, kind), ...(unnamed ? ['', unnamedSentence(kind, outputCount(graph))] : [])];
}

function topTable(output: AnswerJson['output'], top: Top, kind: OutputKind): string[] {
  if (output === 'features')
    return textTable(
      [
        { title: 'feature', right },
        { title: 'value', right },
      ],
      top.map(({ index, value }) => [String(index), (value ?? 0).toFixed(4)]),
    );
  if (output === 'one' && kind === 'probability')
    return textTable(
      [{ title: 'probability', right }, { title: 'label' }],
      top.map(({ probability, label }) => [percent(probability), label ?? '–']),
    );
  if (output === 'one')
    return textTable(
      [{ title: 'logit', right }, { title: 'sigmoid', right }, { title: 'label' }],
      top.map(({ value, probability, label }) => [(value ?? 0).toFixed(4), percent(probability), label ?? '–']),
    );
  return textTable(
    [
      { title: output === 'tags' ? 'sound' : 'class', right },
      { title: output === 'tags' ? 'score' : 'probability', right },
      { title: 'label' },
    ],
    top.map(({ index, label, probability }) => [String(index), percent(probability), label ?? '–']),
  );
}
