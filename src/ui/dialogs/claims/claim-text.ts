// A claim in the words of the page: what the paper printed, what this device gives, and where each figure stands.
import type { Claim, Paper, Source } from '../../../graph/claims/claim.ts';
import { countVerdict, pairVerdict, verdictText, type ClaimVerdict } from '../../../graph/claims/verdict.ts';
import { paperLink } from '../../../graph/presets/paper-figures.ts';
import { presets, type Preset } from '../../../graph/presets/catalogue.ts';
import type { Pairs } from '../../../workers/engine/pairs.ts';
import { milliseconds, percent, si } from '../../parts/format.ts';

/** The published nets of a paper. */
export const netsOf = ({ arxiv, also = [] }: Paper): readonly Preset[] =>
  presets.filter(({ paper }) => [arxiv, ...also].some((one) => one !== undefined && paper.includes(one)));

/** What was found here; undefined before it was counted or timed. */
export interface ClaimFound {
  readonly text: string;
  readonly verdict: ClaimVerdict;
}

export function foundOf(claim: Claim, counted: number | undefined, pairs: Pairs | undefined): ClaimFound | undefined {
  const { test } = claim;
  if (test.kind === 'count' && counted !== undefined) {
    const what = test.of === 'params' ? 'parameters' : 'MACs';
    const text = test.a ? `${counted.toPrecision(3)} of the ${what}` : `${si(counted, '', 4)} ${what}`;
    return { text, verdict: countVerdict(test, counted) };
  }
  if (test.kind !== 'pair' || !pairs) return undefined;
  const { value, interval } = pairs.ratio;
  const ends = interval.map((end) => end.toFixed(2)).join(' … ');
  return {
    text: `${value.toFixed(2)} of the time (${ends}): ${milliseconds(pairs.aMs)} → ${milliseconds(pairs.bMs)}, faster in ${percent(pairs.wins / pairs.pairs, 0)} of ${pairs.pairs} pairs`,
    verdict: pairVerdict(test, pairs.ratio),
  };
}

export const verdictWords = (found: ClaimFound): string => verdictText[found.verdict];

/** A row of the list of sources: what stands there, and whether anybody looked. */
export interface SourceRow {
  readonly text: string;
  readonly url?: string;
  readonly basis: string;
}

const basisText: Readonly<Record<Source['basis'], string>> = {
  read: 'read there',
  recalled: 'recalled, not looked up again',
  counted: 'counted by rebuilding the net',
};

/** Where the figures of a net's table stand. */
export interface NetSources {
  readonly paper: SourceRow;
  readonly timm: SourceRow;
  readonly here: SourceRow;
}

export function netSources({ name, paper, file, checkpoints, top1Basis }: Preset): NetSources {
  const url = paperLink(paper);
  const hubId = checkpoints[0]?.hubId;
  return {
    paper: {
      text: `${paper}${file.claims.length > 0 ? `: “${file.claims.join('”, “')}”` : ''}`,
      ...(url !== undefined && { url }),
      basis: top1Basis === 'recalled' ? basisText.recalled : basisText.read,
    },
    timm: hubId
      ? { text: `Card of ${hubId}`, url: `https://huggingface.co/${hubId}`, basis: 'timm’s results on ImageNet' }
      : { text: 'No weights of timm', basis: 'none' },
    here: {
      text: `Counted from the text of ${name}: all trainable parameters; multiplications of convolutions, linear layers and attention. Times are of this page’s own kernels on this device.`,
      basis: 'counted and measured here',
    },
  };
}

const keyOf = ({ where, url }: Source): string => `${where} ${url}`;

/** The sources of a paper's claims, each once, and for every claim its place in them. */
export function claimSources({ title, claims }: Paper): { rows: readonly SourceRow[]; at: readonly number[] } {
  const keys = [...new Set(claims.map(({ source }) => keyOf(source)))];
  const rows = keys.map((key): SourceRow => {
    const { where, url, basis } = (claims.find(({ source }) => keyOf(source) === key) as Claim).source;
    return { text: `${where}${url.includes('arxiv') ? ` of “${title}”` : ''}`, url, basis: basisText[basis] };
  });
  return { rows, at: claims.map(({ source }) => keys.indexOf(keyOf(source))) };
}
