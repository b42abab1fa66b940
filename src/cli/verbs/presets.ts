// `presets`: every named net with its exact size, what its paper claims and where its published weights are.
import { accounting } from '../../graph/cost/cost.ts';
import { presets as catalogue, type PublishedCheckpoint, type Preset } from '../../graph/presets/catalogue.ts';
import { buildGraph, openPreset } from '../source.ts';
import { integer, millions, textTable } from '../text-table.ts';
import { json, type Verb } from '../verb.ts';

export const presets: Verb = {
  operands: '',
  count: { min: 0, max: 0 },
  doc: 'Lists the presets with parameters, MACs, input size, the paper’s top-1 and the hub id of the weights.',
  options: [json],
  run({ flag }, console) {
    const rows = catalogue.map(summary);
    if (flag('json')) console.out(JSON.stringify(rows, undefined, 2));
    else for (const line of table(rows)) console.out(line);
    return 0;
  },
};

interface Summary {
  readonly name: string;
  readonly family: string;
  readonly paper: string;
  readonly params: number;
  /** Multiply-accumulates at `input`: convolution + linear + attention products. */
  readonly macs: number;
  readonly macsByKind: { readonly conv: number; readonly linear: number; readonly attention: number };
  readonly activations: number;
  /** Channels, height, width. */
  readonly input: readonly [number, number, number];
  /** Percent, as the authors give it; null where the paper gives none. */
  readonly top1Paper: number | null;
  /** `recalled`: not checked in the paper. */
  readonly top1Basis: Preset['top1Basis'] | null;
  readonly top1Timm: number | null;
  readonly hubId: string | null;
  /** Every published weight tag, the default one first. */
  readonly checkpoints: readonly PublishedCheckpoint[];
}

function summary({ name, family, paper, top1Paper, top1Basis, checkpoints }: Preset): Summary {
  const source = openPreset(name);
  const { params, macs, activations } = accounting(buildGraph(source)).total;
  return {
    name,
    family,
    paper,
    params,
    macs: macs.total,
    macsByKind: { conv: macs.conv, linear: macs.linear, attention: macs.attention },
    activations,
    input: source.architecture.header.input,
    top1Paper: top1Paper ?? null,
    top1Basis: top1Basis ?? null,
    top1Timm: checkpoints[0]?.top1Timm ?? null,
    hubId: checkpoints[0]?.hubId ?? null,
    checkpoints,
  };
}

function table(rows: readonly Summary[]): string[] {
  const side = (height: number, width: number): string => (height === width ? String(height) : `${height}×${width}`);
  const lines = textTable(
    [
      { title: 'name' },
      { title: 'family' },
      { title: 'params', right: true },
      { title: 'M MACs', right: true },
      { title: 'input px', right: true },
      { title: 'top-1 %', right: true },
      { title: 'weights' },
    ],
    rows.map(({ name, family, params, macs, input, top1Paper, top1Basis, hubId }) => [
      name,
      family,
      integer(params),
      millions(macs),
      side(input[1], input[2]),
      top1Paper === null ? '' : `${top1Basis === 'recalled' ? '?' : ''}${top1Paper.toFixed(1)}`,
      hubId ?? '',
    ]),
  );
  return [
    ...lines,
    '',
    `${rows.length} presets. top-1: ImageNet-1k, as the paper gives it; ? not checked in the paper. MACs: convolution + linear + attention products, at the input given.`,
  ];
}
