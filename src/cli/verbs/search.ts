// `search SPACE`: the nets of a space that cost least for what they are thought to be worth, beside random search of the same number of nets.
import { firstImpossible, frontOf } from '../../graph/search/answer.ts';
import { isMethod, methodNames, methodOf } from '../../graph/search/methods/index.ts';
import { randomSearch } from '../../graph/search/methods/random.ts';
import type { Genotype } from '../../graph/search/genes.ts';
import { searchOn } from '../../graph/search/lazily.ts';
import { runSearch, Search, type SearchMethod } from '../../graph/search/search.ts';
import { problemOfSpace, type CostName } from '../../graph/search/space/problem.ts';
import type { Space } from '../../graph/search/space/space.ts';
import { logOf, readEarlier } from '../search/earlier.ts';
import { measured } from '../search/front.ts';
import { qualityFrom } from '../search/quality.ts';
import { latencyFor, type Latency } from '../search/latency.ts';
import { report, type SearchJson } from '../search/report.ts';
import { gpuOptions, planFor } from '../gpu-device.ts';
import { textOf } from '../source.ts';
import { openSpace } from '../spaces.ts';
import { json, NetError, UsageError, type Option, type Verb } from '../verb.ts';

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
      value: methodNames.join('|'),
      choices: methodNames,
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
    { name: 'from', value: 'NET', doc: 'A net of the space that nsga2, evolution and mnas begin with.' },
    { name: 'table', value: 'FILE', doc: 'Latencies as a file of "table" says; nothing is measured then.' },
    {
      name: 'trained',
      value: 'FILE',
      doc: 'Nets of the space that were trained, JSON: [{"genotype": […], "quality": X}, …]. Their fit is the quality.',
    },
    {
      name: 'resume',
      value: 'FILE',
      doc: 'Goes on with an earlier search, a file of --out, to --evaluations nets; all else is as it says.',
    },
    {
      name: 'replay',
      value: 'FILE',
      doc: 'Goes through an earlier search again by its own times, without a device, and says whether it comes out the same.',
    },
    ...gpuOptions,
    planFor,
    { name: 'out', value: 'FILE', writes: ['.json'], doc: 'The same JSON as a file.' },
    json,
  ],
  async run({ positionals, number, word, flag, output }, console) {
    const file = word('out') === undefined ? undefined : output('out');
    const [name = ''] = positionals;
    const space = openSpace(name, console);
    const [again, goesOn] = [word('replay'), word('resume')];
    if (again !== undefined && goesOn !== undefined)
      throw new UsageError('--replay goes through a search again, --resume goes on with it; give one of them.');
    const path = goesOn ?? again;
    const option = goesOn === undefined ? 'replay' : 'resume';
    const earlier = path === undefined ? undefined : readEarlier(option, path, space, word);
    const seed = earlier?.seed ?? number('seed') ?? 0;
    const evaluations = number('evaluations') ?? (again === undefined ? 200 : (earlier?.evaluations ?? 200));
    const limits = earlier?.limits ?? limitsOf(number);
    const from = earlier ? earlier.from : locatedIn(space, name, word('from'));
    const quality = qualityFrom(space, word('trained'));
    if (earlier && earlier.quality.sentence !== quality.json.sentence)
      throw new UsageError(
        `${path!} is a search by another quality: give the same --trained FILE, or none where it had none.`,
      );
    const wantsMs = earlier ? earlier.latency !== null : limits.ms !== undefined || word('table') !== undefined;
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
          ...(earlier?.latency && {
            earlier: { ...earlier.latency, measures: earlier.latency.measures && again === undefined },
          }),
        })
      : undefined;
    try {
      const objectives: readonly CostName[] = latency ? ['ms'] : ['macs'];
      const question = {
        objectives,
        limits,
        quality: quality.of,
        ...(latency && { latency: latency.of }),
      };
      const problem = problemOfSpace(space, {
        ...question,
        ...(latency && { measuredFor: (generations) => latency.table.measuredFor(generations) }),
      });
      const impossible = firstImpossible(problem, limits, seed);
      if (impossible) {
        console.err(impossible);
        return 1;
      }
      const method = earlier?.method ?? word('method') ?? 'nsga2';
      if (!isMethod(method)) throw new UsageError(`${path!}: there is no method "${method}".`);
      const made = methodOf(method, { seeds: from ? [from] : [], target: limits[objectives[0]!] });
      const log = earlier && goesOn !== undefined ? logOf(earlier, problem, goesOn) : [];
      const running = new Search(problem, made, seed, log);
      await searchOn(running, evaluations, latency && { ...latency, maxMs: limits.ms });
      // What is known at the end is known to the baseline from its beginning.
      latency?.table.measuredFor(Infinity);
      const known = problemOfSpace(space, question);
      const baseline =
        method === 'random' ? running.log : runSearch(known, randomSearch as SearchMethod<never>, seed, evaluations);
      const result: SearchJson = {
        format: 'bottleneck-search',
        version: 1,
        space: name,
        spaceText: space.text,
        method,
        seed,
        from,
        evaluations: running.log.length,
        objectives,
        limits,
        quality: quality.json,
        latency: latency ? latencyJson(latency) : null,
        front: await measured(frontOf(known, running.log), latency?.whole),
        baseline: frontOf(known, baseline),
        log: running.log.map(({ genotype, why, generation, costs, violation, quality: value }) => ({
          genotype,
          why,
          generation,
          costs,
          violation,
          quality: value,
        })),
      };
      if (again !== undefined && earlier) {
        const equal = JSON.stringify(result.log) === JSON.stringify(earlier.log.slice(0, result.log.length));
        if (!equal) {
          console.err(`${again} comes out differently: it was made by another version, or its text was changed.`);
          return 1;
        }
        if (!flag('json')) console.out(`${again} comes out again, all ${result.log.length} nets.`);
      }
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

function limitsOf(number: (name: string) => number | undefined): Partial<Record<CostName, number>> {
  return Object.fromEntries(
    Object.entries(limitOptions).flatMap(([option, { cost, unit }]) => {
      const value = number(option);
      return value === undefined ? [] : [[cost, value * unit]];
    }),
  );
}

function latencyJson({
  worth,
  check,
  isReliable,
  missing,
  table,
  measure,
}: Latency): NonNullable<SearchJson['latency']> {
  const { entries } = table.table;
  const estimated = [...missing].filter((signature) => !entries[signature]).length;
  return {
    worth,
    check,
    isReliable,
    estimated,
    measures: measure !== undefined,
    table: table.start,
    measured: table.measured,
  };
}

function locatedIn(space: Space, name: string, net: string | undefined): Genotype | null {
  if (net === undefined) return null;
  const found = space.locate(textOf(net));
  if ('difference' in found) throw new NetError(`${net} is not in ${name}: ${found.difference}`);
  return found.genotype;
}
