// The job that searches: the loop in a worker of its own. The page keeps the log that it is told, so the worker may be ended at any moment.
import * as Comlink from 'comlink';
import { firstImpossible, frontOf } from '../../../graph/search/answer.ts';
import { GrowingTable, type Entries } from '../../../graph/search/latency/growing.ts';
import { plannedLatency, type PlannedLatency } from '../../../graph/search/latency/planned.ts';
import { searchOn, type Lazily } from '../../../graph/search/lazily.ts';
import { methodOf } from '../../../graph/search/methods/index.ts';
import { randomSearch } from '../../../graph/search/methods/random.ts';
import { priorQuality, trainedQuality } from '../../../graph/search/quality.ts';
import { Search, type JudgedNet, type SearchMethod } from '../../../graph/search/search.ts';
import { problemOfSpace, type SpaceProblem, type SpaceQuestion } from '../../../graph/search/space/problem.ts';
import { spaceOf, type Space } from '../../../graph/search/space/space.ts';
import { plainGpu, plainSoftware } from '../../../graph/plan/make-plan.ts';
import type { CallContext, Job, JobHost } from '../../border/serve.ts';
import { drawnNets, lineShares, spaceFacts } from './facts.ts';
import type { LentDevice, LoggedNet, SearchCalls, SearchEnd, SearchProgress, SearchRecord } from './protocol.ts';

const tellEveryMs = 150;
/** Nets measured whole before a search, those that calibrate and those that check. */
const [calibrating, checking] = [8, 20];

export const search: Job = { name: 'search', serve: serveSearch };

type Given = NonNullable<Parameters<SearchCalls['run']>[2]>;

function serveSearch({ call, tell }: JobHost): SearchCalls {
  return {
    look: (ticket, text) => call(ticket, () => Promise.resolve(spaceFacts(text))),
    run: (ticket, record, device) => call(ticket, (context) => run(record, device, context, (said) => tell(said))),
    nets: (ticket, text, genotypes) =>
      call(ticket, () => {
        const problem = plainProblem(openSpace(text));
        return Promise.resolve(
          genotypes.map((genotype) => {
            const fits = genotype.length === problem.genes.length;
            const known = fits && genotype.every((option, i) => option < problem.genes[i]!.options);
            const net = known ? problem.net(genotype) : undefined;
            return net && { text: net.text, costs: net.costs };
          }),
        );
      }),
  };
}

const plainProblem = (space: Space): SpaceProblem =>
  problemOfSpace(space, { objectives: ['macs'], limits: {}, quality: () => 0 });

/** Throws Error where the text is no space. */
function openSpace(text: string): Space {
  const space = spaceOf(text);
  const problem = space.problems.find(({ severity }) => severity === 'error');
  if (problem) throw new Error(problem.message);
  return space;
}

async function run(
  record: SearchRecord,
  device: Given | undefined,
  { pause, progress }: CallContext,
  tell: (said: SearchProgress) => void,
): Promise<SearchEnd> {
  const { request } = record;
  const { seed, evaluations, limits, objective } = request;
  progress('Reading the space', 0);
  const space = openSpace(request.spaceText);
  const quality = request.trained ? trainedQuality(space, request.trained) : priorQuality;
  const lent = device && Comlink.wrap<LentDevice>(device.port);
  const latency =
    objective === 'ms' || limits.ms !== undefined ? await latencyOf(space, record, device, lent, progress) : undefined;
  const question: SpaceQuestion = {
    objectives: [objective],
    limits,
    quality: quality.of,
    ...(latency && { latency: latency.of }),
  };
  const problem = problemOfSpace(space, {
    ...question,
    ...(latency && { measuredFor: (generations) => latency.table.measuredFor(generations) }),
  });
  const known = problemOfSpace(space, question);
  progress('Looking whether the limits can be kept', 0);
  const impossible = record.log.length > 0 ? undefined : firstImpossible(problem, limits, seed);
  if (impossible) throw new Error(impossible);

  const method = methodOf(request.method, { seeds: request.from ? [request.from] : [], target: limits[objective] });
  const running = new Search(problem, method, seed, record.log);
  const logged = (of: SpaceProblem, net: JudgedNet): LoggedNet => ({ ...net, all: of.net(net.genotype)!.costs });
  let [told, toldAt] = [record.log.length, 0];
  const report = (baseline: readonly LoggedNet[] = []): void => {
    tell({
      log: running.log.slice(told).map((net) => logged(problem, net)),
      baseline,
      quality: quality.json,
      ...(latency && { latency: { table: latency.table.start, measured: latency.table.measured } }),
    });
    [told, toldAt] = [running.log.length, performance.now()];
  };
  const random = new Search(known, randomSearch as SearchMethod<never>, seed);
  let toldRandom = 0;
  const newRandom = (): LoggedNet[] => {
    const fresh = random.log.slice(toldRandom).map((net) => logged(known, net));
    toldRandom = random.log.length;
    return fresh;
  };
  report();
  await searchOn(running, evaluations, latency && { ...latency, maxMs: limits.ms }, async () => {
    progress('Judging nets', running.log.length / (latency ? 2 * evaluations : evaluations));
    // Counts never change, so random search may keep step; by milliseconds it waits for what is known at the end.
    if (!latency && random.log.length < running.log.length) random.step();
    if (performance.now() - toldAt > tellEveryMs) report(newRandom());
    await pause();
  });
  report(newRandom());
  latency?.table.measuredFor(Infinity);
  await searchOn(random, evaluations, undefined, async () => {
    progress('Random search with as many nets', 0.5 + random.log.length / (2 * evaluations));
    if (performance.now() - toldAt > tellEveryMs) report(newRandom());
    await pause();
  });
  report(newRandom());
  const front = frontOf(known, running.log);
  const entries: Entries = latency?.table.table.entries ?? {};
  return {
    front,
    shares: front.map(({ genotype }) => lineShares(space, known, genotype)),
    quality: quality.json,
    estimated: [...(latency?.missing ?? [])].filter((signature) => !entries[signature]).length,
  };
}

async function latencyOf(
  space: Space,
  { request, latency }: SearchRecord,
  device: Given | undefined,
  lent: Comlink.Remote<LentDevice> | undefined,
  progress: CallContext['progress'],
): Promise<Omit<Lazily, 'maxMs'> & PlannedLatency> {
  let start = latency?.table;
  if (!start) {
    if (!lent) throw new Error('Milliseconds need WebGPU or a recorded latency table: limit MACs instead.');
    progress('Measuring the first dispatches of this device', 0);
    const nets = drawnNets(space, calibrating + checking, request.seed);
    start = await lent.table([], nets.slice(0, calibrating), nets.slice(calibrating), {});
  }
  const table = new GrowingTable(start, latency?.measured);
  const caps = device?.facts.capabilities ?? {
    ...(start.for === 'gpu' ? plainGpu : plainSoftware),
    f16: start.precision === 'f16',
  };
  const planned = plannedLatency(table, {
    caps,
    precision: start.precision,
    ...(device && { limits: device.facts.limits }),
  });
  return {
    table,
    ...planned,
    measure:
      lent &&
      (async (graph, entries) => {
        const { entries: found } = await lent.table([{ name: graph.name, graph }], [], [], entries);
        return Object.fromEntries(Object.entries(found).filter(([signature]) => !entries[signature]));
      }),
  };
}
