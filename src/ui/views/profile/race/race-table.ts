// The result of a race as rows: ours first, the peers by their time, and last who could not run, with the reason.
import type { PeerResult, RaceResult } from '../../../../workers/jobs/race/protocol.ts';
import type { Column } from '../../../parts/charts/DataTable.svelte';
import type { ChartPoint } from '../../../parts/charts/line-chart.ts';
import { csv } from '../../../parts/csv.ts';
import { milliseconds } from '../../../parts/format.ts';

export interface RaceLine {
  readonly title: string;
  /** How it ran; of one that did not run, why. */
  readonly how: string;
  readonly time?: Pick<PeerResult, 'ms' | 'p90Ms' | 'interval' | 'calls'>;
  readonly peer?: PeerResult;
}

export function raceLines({ row }: RaceResult, ours: string): RaceLine[] {
  const { oursMs, ours: own } = row;
  const peers = Object.values(row.peers).map((peer): RaceLine => {
    if ('cannot' in peer) return { title: peer.title, how: `not raced: ${peer.cannot}` };
    const { title, version, how = '', fellBack } = peer;
    return {
      title: `${title} ${version}`,
      how: fellBack ? `fell back to the processor: not one dispatch` : how,
      time: peer,
      peer,
    };
  });
  return [
    { title: ours, how: 'WebGPU', time: { ms: oursMs, ...own } },
    ...peers.sort((a, b) => (a.time?.ms ?? Infinity) - (b.time?.ms ?? Infinity)),
  ];
}

/** What a run asked of the GPU: the proof that it ran there. */
export const censusText = (line: RaceLine): string => {
  const { time, peer } = line;
  if (!time) return '–';
  if (peer?.on === 'WASM') return 'no WebGPU';
  const { dispatches, passes, submits, bindGroups, buffers, writeBuffers } = time.calls;
  return `${dispatches} dispatches · ${passes} passes · ${submits} submits · ${bindGroups} bind groups · ${buffers} buffers · ${writeBuffers} writes`;
};

const ratioText = ({ ratio, ratioInterval }: PeerResult): string =>
  `${ratio.toFixed(3)}${ratioInterval ? ` (${ratioInterval.map((end) => end.toFixed(3)).join(' … ')})` : ''}`;

export const raceColumns = (pairs: number): readonly Column<RaceLine>[] => [
  { label: 'Runtime', text: ({ title }) => title },
  { label: 'How', text: ({ how }) => how },
  { label: 'Latency', term: 'latency', number: true, text: ({ time }) => (time ? milliseconds(time.ms) : '–') },
  {
    label: '95 % interval',
    term: 'interval',
    number: true,
    text: ({ time }) => (time?.interval ? time.interval.map(milliseconds).join(' … ') : '–'),
  },
  { label: 'p90', term: 'p90', number: true, text: ({ time }) => (time ? milliseconds(time.p90Ms) : '–') },
  {
    label: 'Ours ÷ theirs',
    number: true,
    title: 'Of the medians; in brackets the 95 % interval of the ratios, round by round. Below 1: ours is quicker.',
    text: ({ peer }) => (peer ? ratioText(peer) : '–'),
  },
  {
    label: 'Ours won',
    term: 'wins',
    number: true,
    text: ({ peer }) => (peer ? `${peer.wins} of ${pairs}` : '–'),
  },
  { label: 'Census', term: 'census', text: censusText },
  {
    label: 'Outputs differ',
    number: true,
    title: 'Largest difference of the first output to ours, in its standard deviations',
    text: ({ peer }) => (peer ? `${peer.difference.toExponential(1)} σ` : '–'),
  },
];

export const racePoints = (lines: readonly RaceLine[]): readonly ChartPoint[] =>
  lines.flatMap(({ title, how, time, peer }, x) =>
    time
      ? [
          {
            x,
            y: time.ms,
            ...(time.interval && { low: time.interval[0], high: time.interval[1] }),
            text: `${title}, ${how}: ${milliseconds(time.ms)}${peer ? `, ours ÷ theirs ${ratioText(peer)}` : ''}`,
          },
        ]
      : [],
  );

export const raceCsv = (lines: readonly RaceLine[]): string =>
  csv(
    ['runtime', 'how', 'ms', 'low ms', 'high ms', 'p90 ms', 'ratio', 'ratio low', 'ratio high', 'wins', 'dispatches'],
    lines.map(({ title, how, time, peer }) => [
      title,
      how,
      time?.ms,
      time?.interval?.[0],
      time?.interval?.[1],
      time?.p90Ms,
      peer?.ratio,
      peer?.ratioInterval?.[0],
      peer?.ratioInterval?.[1],
      peer?.wins,
      time?.calls.dispatches,
    ]),
  );
