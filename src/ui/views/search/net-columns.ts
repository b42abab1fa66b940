// The table of judged nets: the twin of the charts that draw one mark a net.
import type { Column } from '../../parts/charts/DataTable.svelte';
import type { LoggedNet } from '../../../workers/jobs/search/protocol.ts';
import type { SearchState } from './search-state.svelte.ts';
import { costText, qualityLabel, qualityText } from './words.ts';

export interface NetRow {
  readonly net: LoggedNet;
  /** From 1, in the order in which nets were judged. */
  readonly number: number;
  readonly isFront: boolean;
}

export function netRows(search: SearchState): readonly NetRow[] {
  const onFront = new Set(search.front);
  return search.log
    .map((net, i) => ({ net, number: i + 1, isFront: onFront.has(net) }))
    .filter(({ net }) => search.passes(net))
    .sort((a, b) => Number(b.isFront) - Number(a.isFront) || (a.net.costs[0] ?? 0) - (b.net.costs[0] ?? 0));
}

export function netColumns(search: SearchState): readonly Column<NetRow>[] {
  const { source, measured, sent } = search;
  const isTimed = search.log.some(({ all }) => all.ms !== undefined);
  return [
    { label: 'Net', text: ({ number }) => `net ${number}` },
    { label: 'Front', text: ({ isFront, net }) => (isFront ? 'yes' : net.violation > 0 ? 'misses a limit' : '') },
    ...(isTimed
      ? [{ label: 'ms (table)', number: true, text: ({ net }: NetRow) => costText('ms', net.all.ms ?? NaN) }]
      : []),
    ...(measured.size > 0
      ? [
          {
            label: 'ms (whole)',
            number: true,
            title: 'Median of three runs in turns, with the least and the most',
            text: ({ net }: NetRow) => wholeText(measured.get(net.key)),
          },
        ]
      : []),
    ...(sent && sent.measured.size > 0 && measured !== sent.measured
      ? [{ label: 'ms (sender)', number: true, text: ({ net }: NetRow) => wholeText(sent.measured.get(net.key)) }]
      : []),
    { label: 'MACs', number: true, text: ({ net }) => costText('macs', net.all.macs) },
    { label: 'Params', number: true, text: ({ net }) => costText('params', net.all.params) },
    { label: 'Peak', number: true, text: ({ net }) => costText('peak', net.all.peak) },
    { label: qualityLabel(source), number: true, text: ({ net }) => qualityText(net.quality, source) },
    { label: 'How', text: ({ net }) => net.why },
    { label: 'Choices', text: ({ net }) => net.genotype.join(' ') },
  ];
}

const wholeText = (found: { readonly ms: number; readonly low: number; readonly high: number } | undefined): string =>
  found ? `${costText('ms', found.ms)} (${costText('ms', found.low)} – ${costText('ms', found.high)})` : '';
