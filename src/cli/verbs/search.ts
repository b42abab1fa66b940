// `search SPACE`: the nets of a space that cost least for what they are thought to be worth, beside random search of the same number of nets.
import { agingEvolution } from '../../graph/search/methods/aging-evolution.ts';
import { finder } from '../../graph/search/methods/finder.ts';
import { nsga2, objectivesOf } from '../../graph/search/methods/nsga2.ts';
import { randomSearch } from '../../graph/search/methods/random.ts';
import type { Genotype } from '../../graph/search/genes.ts';
import { front } from '../../graph/search/pareto.ts';
import { runSearch, type JudgedNet, type SearchMethod } from '../../graph/search/search.ts';
import {
  costNames,
  leastOf,
  problemOfSpace,
  type CostName,
  type SpaceProblem,
} from '../../graph/search/space/problem.ts';
import type { Space } from '../../graph/search/space/space.ts';
import { qualityFrom } from '../search/quality.ts';
import { latencyFor, type Latency } from '../search/latency.ts';
import { report, type FoundNet, type SearchJson } from '../search/report.ts';
import { gpuOptions, planFor } from '../gpu-device.ts';
import { textOf } from '../source.ts';
import { openSpace } from '../spaces.ts';
import { json, NetError, UsageError, type Option, type Verb } from '../verb.ts';

const methods: Readonly<Record<string, (seeds: readonly Genotype[]) => SearchMethod<never>>> = {
  nsga2: (seeds) => nsga2({ seeds }) as SearchMethod<never>,
  evolution: (seeds) => agingEvolution({ seeds }) as SearchMethod<never>,
  finder: () => finder() as SearchMethod<never>,
  random: () => randomSearch as SearchMethod<never>,
};

/** Option of a limit → what is limited, and how many of its units the option's value counts. */
const limitOptions: Readonly<Record<string, { cost: CostName; unit: number; doc: string }>> = {
  'max-ms': { cost: 'ms', unit: 1, doc: 'Milliseconds from input to logits on this device, by a latency table.' },
  'max-mmacs': { cost: 'macs', unit: 1e6, doc: 'Million multiply-accumulates.' },
  'max-mparams': { cost: 'params', unit: 1e6, doc: 'Million parameters.' },
  'max-peak-mb': { cost: 'peak', unit: 1e6, doc: 'Megabytes of float32 activations alive at the worst moment.' },
};

export const search: Verb = {
  operands: 'SPACE',
  count: { min: 1, max: 1 },
  doc: 'Searches a space for nets within limits; measures a latency table of this device first where milliseconds are limited and none is given.',
  options: [
    ...Object.entries(limitOptions).map(([name, { doc }]): Option => ({
      name,
      value: 'X',
      range: { min: 1e-6, max: 1e9, integer: false },
      doc: `Largest allowed. ${doc}`,
    })),
    {
      name: 'method',
      value: Object.keys(methods).join('|'),
      choices: Object.keys(methods),
      doc: 'How nets are proposed.',
    },
    {
      name: 'evaluations',
      value: 'N',
      range: { min: 4, max: 20000, integer: true },
      doc: 'Nets that are judged; 200 when not given.',
    },
    {
      name: 'seed',
      value: 'S',
      range: { min: 0, max: 1e9, integer: true },
      doc: 'The same seed and table give the same search (0).',
    },
    { name: 'from', value: 'NET', doc: 'A net of the space that nsga2 and evolution begin with.' },
    { name: 'table', value: 'FILE', doc: 'Latencies as a file of "table" says; nothing is measured then.' },
    {
      name: 'trained',
      value: 'FILE',
      doc: 'Nets of the space that were trained, JSON: [{"genotype": […], "quality": X}, …]. Their fit is the quality.',
    },
    ...gpuOptions,
    planFor,
    { name: 'out', value: 'FILE', writes: ['.json'], doc: 'The same JSON as a file.' },
    json,
  ],
  async run({ positionals, number, word, flag, output }, console) {
    const file = word('out') === undefined ? undefined : output('out');
    const [name = ''] = positionals;
    const seed = number('seed') ?? 0;
    const evaluations = number('evaluations') ?? 200;
    const space = openSpace(name, console);
    const limits = Object.fromEntries(
      Object.entries(limitOptions).flatMap(([option, { cost, unit }]) => {
        const value = number(option);
        return value === undefined ? [] : [[cost, value * unit]];
      }),
    ) as Partial<Record<CostName, number>>;
    const seeds = seedsOf(space, name, word('from'));
    const wantsMs = limits.ms !== undefined || word('table') !== undefined;
    if (!wantsMs && word('adapter') !== undefined)
      throw new UsageError(
        '--adapter measures milliseconds, which nothing here asks for: give --max-ms, or leave it away.',
      );
    const latency = wantsMs
      ? await latencyFor(space, {
          table: word('table'),
          adapter: word('adapter'),
          precision: word('precision'),
          for: word('for'),
          seed,
        })
      : undefined;
    try {
      const objectives: readonly CostName[] = latency ? ['ms'] : ['macs'];
      const quality = qualityFrom(space, word('trained'));
      const problem = problemOfSpace(space, {
        objectives,
        limits,
        quality: quality.of,
        ...(latency && { latency: latency.of }),
      });
      const impossible = firstImpossible(problem, limits, seed);
      if (impossible) {
        console.err(impossible);
        return 1;
      }
      const method = word('method') ?? 'nsga2';
      const run = (chosen: SearchMethod<never>): readonly JudgedNet[] => runSearch(problem, chosen, seed, evaluations);
      const log = run(methods[method]!(seeds));
      const baseline = method === 'random' ? log : run(methods['random']!([]));
      const result: SearchJson = {
        format: 'bottleneck-search',
        version: 1,
        space: name,
        method,
        seed,
        evaluations: log.length,
        objectives,
        limits,
        quality: quality.json,
        latency: latency
          ? {
              worth: latency.worth,
              check: latency.check,
              isReliable: latency.isReliable,
              estimated: latency.missing.size,
            }
          : null,
        front: await measured(frontOf(problem, log), latency),
        baseline: frontOf(problem, baseline),
        log: log.map(({ genotype, why, generation, costs, violation, quality: value }) => ({
          genotype,
          why,
          generation,
          costs,
          violation,
          quality: value,
        })),
      };
      const text = JSON.stringify(result, undefined, 2);
      file?.save(new TextEncoder().encode(`${text}\n`), (bytes) => void JSON.parse(new TextDecoder().decode(bytes)));
      if (flag('json')) console.out(text);
      else for (const line of report(result)) console.out(line);
      return result.front.length > 0 ? 0 : 1;
    } finally {
      latency?.close();
    }
  },
};

function seedsOf(space: Space, name: string, net: string | undefined): readonly Genotype[] {
  if (net === undefined) return [];
  const found = space.locate(textOf(net));
  if ('difference' in found) throw new NetError(`${net} is not in ${name}: ${found.difference}`);
  return [found.genotype];
}

const words: Readonly<Record<CostName, (value: number) => string>> = {
  ms: (value) => `${value.toFixed(2)} ms on this device`,
  macs: (value) => `${(value / 1e6).toFixed(1)} million MACs`,
  params: (value) => `${(value / 1e6).toFixed(2)} million parameters`,
  peak: (value) => `${(value / 1e6).toFixed(2)} MB of activations`,
};

/** A limit that no net of the space keeps, as a sentence. */
function firstImpossible(
  problem: SpaceProblem,
  limits: Partial<Record<CostName, number>>,
  seed: number,
): string | undefined {
  for (const name of costNames) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const least = leastOf(problem, name, seed)?.costs[name];
    if (least === undefined) return 'No net of this space can be built.';
    if (least > limit)
      return `No net of this space was found below ${words[name](least)}; you asked for ${words[name](limit)}.`;
  }
  return undefined;
}

function frontOf(problem: SpaceProblem, log: readonly JudgedNet[]): FoundNet[] {
  const points = log
    .filter(({ violation }) => violation === 0)
    .map((net) => ({ objectives: objectivesOf(net), violation: 0, net }));
  return front(points).map(({ net: { genotype, quality } }) => {
    const { text, costs } = problem.net(genotype)!;
    return { genotype, quality, costs, text };
  });
}

/** At most this many of a front are measured whole. */
const mostMeasured = 12;

/** Members spread over the front, its ends included, are measured whole where there is a device. */
async function measured(found: readonly FoundNet[], latency: Latency | undefined): Promise<FoundNet[]> {
  if (!latency?.measure) return [...found];
  const count = Math.min(mostMeasured, found.length);
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => Math.round((i * (found.length - 1)) / Math.max(1, count - 1))),
  );
  const result: FoundNet[] = [];
  for (const [i, net] of found.entries())
    result.push(chosen.has(i) ? { ...net, measuredMs: await latency.measure(net.text) } : net);
  return result;
}
