// A chart of Profile as a figure: drawn once more off the screen, whole, in its own size and in light colours, with nothing selected.
import { mount, tick, unmount, type Component } from 'svelte';
import { figureOf, type Figure, type LegendEntry } from '../../parts/charts/figure.ts';
import { adapterText } from '../../parts/adapter-text.ts';
import type { RunRecord } from '../../state/measurements/record.ts';
import type { ProfileTabProps } from './tab-props.ts';
import { profileTabs, type ProfileTab } from './tabs.ts';

const width = 1000;
/** Of the chart with its bar above and its line below, CSS pixels. */
const heights: Readonly<Partial<Record<ProfileTab, number>>> = { timeline: 300, roofline: 620, memory: 560 };
/** Marks that say where the user is, not what was measured. */
const momentary = ['selected', 'focused', 'alive'];

/** Rejects when the tab draws no chart. `contexts`: those of the component that asks. */
export async function chartFigure(
  tab: ProfileTab,
  content: ProfileTabProps,
  record: RunRecord,
  contexts: Map<unknown, unknown>,
): Promise<Figure> {
  const row = profileTabs.find(({ id }) => id === tab);
  if (!row) throw new Error(`Profile has no "${tab}"`);
  const { default: component }: { default: Component<ProfileTabProps> } = await row.load();
  const host = document.createElement('div');
  host.inert = true;
  host.style.cssText = `position: fixed; left: -${2 * width}px; top: 0; width: ${width}px; height: ${heights[tab] ?? 500}px; background: var(--surface); color: var(--text); color-scheme: light;`;
  document.body.append(host);
  let chart: SVGSVGElement | undefined;
  const onchart = (drawn: SVGSVGElement) => {
    chart = drawn;
    return () => undefined;
  };
  const mounted = mount(component, { target: host, props: { ...content, onchart }, context: contexts });
  try {
    await tick();
    // Once for its size, once more for what depends on it.
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    if (!chart) throw new Error('there is nothing to draw yet');
    for (const name of momentary)
      for (const marked of chart.querySelectorAll(`.${name}`)) marked.classList.remove(name);
    return figureOf(chart, {
      title: `${record.net}: ${row.label.toLowerCase()}`,
      lines: [whatOf(record), ...factsOf(host)],
      legend: legendOf(host),
    });
  } finally {
    await unmount(mounted);
    host.remove();
  }
}

function whatOf({ adapter, browser, precision, warm, at, hash, input }: RunRecord): string {
  return [
    adapterText(adapter),
    browser,
    `${precision}, input ${input.join('×')}`,
    `${warm.runs} runs`,
    at ? new Date(at).toISOString().slice(0, 10) : 'recorded, not measured here',
    `net ${hash}`,
    'Bottleneck',
  ].join(' · ');
}

/** The sentences of the bar above the chart. */
const factsOf = (host: Element): readonly string[] =>
  [...host.querySelectorAll('.tools > span:not(.key, .zoom)')].flatMap(
    ({ textContent }) => textContent.replace(/\s+/g, ' ').trim() || [],
  );

function legendOf(host: Element): readonly LegendEntry[] {
  return [...host.querySelectorAll('.tools > .key')].map((key) => {
    const [path, swatch] = [key.querySelector('path'), key.querySelector('i')];
    return {
      text: key.textContent.replace(/\s+/g, ' ').trim(),
      colour: path ? getComputedStyle(path).fill : swatch ? getComputedStyle(swatch).backgroundColor : 'gray',
      path: path?.getAttribute('d') ?? undefined,
    };
  });
}
