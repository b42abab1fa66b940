// A result card as a picture: an SVG document of fixed size that needs nothing of the page.
import type { ResultCard } from './card.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const timesText = ({ medianMs, p90Ms, runs, interval }: ResultCard['latency']): string =>
  `${medianMs.toPrecision(4)} ms${interval ? ` [${interval.map((ms) => ms.toPrecision(4)).join(', ')}]` : ''} · p90 ${p90Ms.toPrecision(4)} · n ${runs}`;

export function cardPicture(card: ResultCard): string {
  const { net, weights, adapter, runtime, program, settings, clock, at, latency, pass, disturbed, sha256 } = card;
  const rows: readonly (readonly [string, string])[] = [
    ['Latency', timesText(latency)],
    [adapter.software ? 'Pass, CPU' : 'Pass, GPU', timesText(pass)],
    ['Net', `${net.input.join('×')} · ${net.params} parameters · ${(net.macs / 1e6).toFixed(1)} MMAC · ${net.hash}`],
    ['Weights', `${weights.kind} · ${weights.sha256.slice(0, 16)}`],
    ['Adapter', `${adapter.description || adapter.vendor}${adapter.software ? ' · a CPU, no GPU speed' : ''}`],
    ['Ran in', `${runtime} · Bottleneck ${program} · ${at.slice(0, 16).replace('T', ' ')}`],
    ['Settings', `${settings.precision} · batch ${settings.batch} · ${settings.dispatches} dispatches`],
    ['Clock', clock.tickNs === null ? 'wall clock, no timestamps' : `timestamps, step ${clock.tickNs} ns`],
    ...(disturbed.length > 0 ? ([['Disturbed', disturbed.join(', ')]] as const) : []),
  ];
  const height = 104 + rows.length * 26;
  const text = (x: number, y: number, of: string, style: string): string =>
    `<text x="${x}" y="${y}" ${style}>${escaped(of)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="${height}" viewBox="0 0 720 ${height}" font-family="system-ui, sans-serif" font-size="14">`,
    `<rect width="720" height="${height}" rx="12" fill="#ffffff" stroke="#c3c9d2"/>`,
    text(24, 42, net.name.slice(0, 60), 'font-size="22" font-weight="700" fill="#161a22"'),
    ...rows.flatMap(([label, value], i) => [
      text(24, 80 + i * 26, label, 'fill="#5f697d"'),
      text(124, 80 + i * 26, value.slice(0, 84), 'fill="#161a22"'),
    ]),
    text(24, height - 20, `sha256 ${sha256}`, 'font-size="11" font-family="monospace" fill="#5f697d"'),
    '</svg>',
  ].join('\n');
}
