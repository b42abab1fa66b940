// Result cards as a table: a row a fact, a column a card.
import type { ResultCard } from '../../../../workers/engine/card/card.ts';
import { milliseconds, si } from '../../../parts/format.ts';
import type { glossary } from '../../../parts/glossary.ts';

interface Fact {
  readonly label: string;
  readonly term?: keyof typeof glossary;
  readonly text: (card: ResultCard) => string;
}

const interval = ({ interval: ends }: ResultCard['latency']): string =>
  ends ? ends.map(milliseconds).join(' … ') : '–';

export const cardFacts: readonly Fact[] = [
  { label: 'Net', text: ({ net }) => `${net.name} at ${net.input.join('×')}` },
  { label: 'Latency', term: 'latency', text: ({ latency }) => milliseconds(latency.medianMs) },
  { label: '95 % interval', term: 'interval', text: ({ latency }) => interval(latency) },
  { label: 'p90', term: 'p90', text: ({ latency }) => milliseconds(latency.p90Ms) },
  { label: 'n', term: 'runs', text: ({ latency }) => String(latency.runs) },
  { label: 'One pass', term: 'time', text: ({ pass }) => `${milliseconds(pass.medianMs)} (${interval(pass)})` },
  { label: 'Params', term: 'params', text: ({ net }) => si(net.params) },
  { label: 'MACs', term: 'macs', text: ({ net }) => si(net.macs) },
  { label: 'Weights', text: ({ weights }) => `${weights.kind}, ${weights.sha256.slice(0, 12)}` },
  {
    label: 'Adapter',
    text: ({ adapter }) =>
      `${adapter.description || `${adapter.vendor} ${adapter.architecture}`}${adapter.software ? ', software' : ''}`,
  },
  { label: 'Ran in', text: ({ runtime, program }) => `${runtime}, Bottleneck ${program}` },
  {
    label: 'Settings',
    term: 'dispatch',
    text: ({ settings }) => `${settings.precision}, batch ${settings.batch}, ${settings.dispatches} dispatches`,
  },
  {
    label: 'Clock step',
    term: 'clockStep',
    text: ({ clock }) => (clock.tickNs === null ? 'wall clock' : `${clock.tickNs} ns`),
  },
  { label: 'Disturbed', text: ({ disturbed }) => disturbed.join(', ') || 'no' },
  { label: 'At', text: ({ at }) => at.slice(0, 16).replace('T', ' ') },
  { label: 'SHA-256', text: ({ sha256 }) => sha256.slice(0, 16) },
];
