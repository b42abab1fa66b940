// A published net's figures side by side: what its paper claims, what timm measures, what this page counts and measures, and why they differ.
import type { Preset } from '../../../graph/presets/catalogue.ts';
import { paperFigures } from '../../../graph/presets/paper-figures.ts';
import { grouped, milliseconds, percent, si } from '../../parts/format.ts';

/** What is known here of the net as it is published. */
export interface Here {
  readonly params: number;
  readonly macs: number;
  /** Height and width of the picture, pixels. */
  readonly input: readonly [number, number];
  /** Latency of the whole net on this device; undefined before it was measured. */
  readonly ms?: number;
  readonly adapter?: string;
  readonly software?: boolean;
}

export interface ClaimRow {
  readonly label: string;
  readonly paper: string;
  readonly timm: string;
  readonly here: string;
  readonly why: string;
}

const none = '–';

export function claimRows(preset: Preset, here: Here): ClaimRow[] {
  const figures = paperFigures[preset.name] ?? {};
  return [
    top1Row(preset, here),
    {
      label: 'Parameters',
      paper: figures.params === undefined ? none : si(figures.params, '', 2 + Number(figures.params >= 1e7)),
      timm: preset.parameters === undefined ? none : grouped(preset.parameters),
      here: grouped(here.params),
      why: countedWhy(figures.params, here.params, figures.why),
    },
    {
      label: 'MACs',
      paper: figures.macs === undefined ? none : si(figures.macs),
      timm: none,
      here: si(here.macs, '', 4),
      why: countedWhy(figures.macs, here.macs, figures.why),
    },
    latencyRow(figures.latency, here),
  ];
}

function top1Row({ name, top1Paper, top1Basis, checkpoints }: Preset, { input }: Here): ClaimRow {
  const [checkpoint] = checkpoints;
  const { top1Timm, hubId = '' } = checkpoint ?? {};
  const tag = hubId.split('.')[1];
  const size = checkpoint?.input ?? input;
  const shown = (value: number | undefined, digits: number): string =>
    value === undefined ? none : percent(value / 100, digits);
  return {
    label: 'Top-1, ImageNet',
    paper: `${shown(top1Paper, 1)}${top1Basis === 'recalled' ? ' (not checked in the paper)' : ''}`,
    timm: top1Timm === undefined ? none : `${shown(top1Timm, 2)}${tag === undefined ? '' : ` (${tag})`}`,
    here: none,
    why: top1Why(name, top1Paper, top1Timm, size),
  };
}

function top1Why(
  name: string,
  paper: number | undefined,
  timm: number | undefined,
  [height, width]: readonly [number, number],
): string {
  const own = 'Not measured here: that takes labelled pictures (Try, Batch).';
  if (paper === undefined || timm === undefined) return own;
  const at = `at ${height === width ? height : `${height}×${width}`} px`;
  if (Math.abs(timm - paper) < 0.05) return `Equal, rounded. ${own}`;
  return name.startsWith('tf_')
    ? `The authors’ weights, converted; timm resizes pictures its own way ${at}. ${own}`
    : `timm’s weights come from another training recipe, measured ${at}. ${own}`;
}

/** Rounded to the digits that the paper gives there is nothing to explain; two at least, since 300 M may be 301. */
function countedWhy(paper: number | undefined, here: number, known: string | undefined): string {
  if (paper === undefined) return 'The paper gives no figure that is kept here.';
  let digits = 2;
  while (Number(paper.toPrecision(digits)) !== paper) digits++;
  if (Number(here.toPrecision(digits)) === paper) return 'Equal, rounded.';
  const off = percent(Math.abs(here - paper) / paper, 1);
  return (
    known ??
    `${off} apart, and the paper does not say how it counted; here every parameter counts, and every multiplication of convolutions, linear layers and attention.`
  );
}

function latencyRow(latency: { readonly ms: number; readonly device: string } | undefined, here: Here): ClaimRow {
  const measured = here.ms === undefined ? none : `${milliseconds(here.ms)}${here.adapter ? ` (${here.adapter})` : ''}`;
  const why =
    here.ms === undefined
      ? 'Not measured here yet: open the net and press Measure.'
      : here.software
        ? 'This adapter is software on the CPU: its times compare layers, and say nothing about a GPU.'
        : 'Another device and other code: here WebGPU kernels, from the picture in memory to the answer, made-up weights.';
  return {
    label: 'Latency',
    paper: latency ? `${latency.ms < 10 ? latency.ms.toFixed(1) : latency.ms}\u202fms (${latency.device})` : none,
    timm: none,
    here: measured,
    why,
  };
}
