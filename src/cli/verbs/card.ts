// `card NET --out FILE.json`: a result that others can quote and check; `card A.json [B.json]` reads one, or compares two.
import { existsSync } from 'node:fs';
import packageFile from '../../../package.json' with { type: 'json' };
import { accounting } from '../../graph/cost/cost.ts';
import { netHash } from '../../graph/link/link.ts';
import { canonical } from '../../graph/notation/canonical.ts';
import {
  CardError,
  compareCards,
  madeUpWeights,
  openCard,
  sealCard,
  type CardContent,
  type ResultCard,
} from '../../workers/engine/card/card.ts';
import { cardPicture } from '../../workers/engine/card/picture.ts';
import { planOn } from '../../workers/engine/device-choices.ts';
import { madeUpInput, madeUpTensors } from '../../workers/engine/made-up.ts';
import { Program } from '../../workers/engine/program.ts';
import { profile, type Spread } from '../../workers/engine/timing.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import { readBytes } from '../files.ts';
import { gpuOptions, openGpu, precisionOf } from '../gpu-device.ts';
import { buildGraph, openSource, refuseQuantized } from '../source.ts';
import { json, UsageError, type Given, type Verb } from '../verb.ts';

export const card: Verb = {
  operands: 'NET | FILE.json [FILE.json]',
  count: { min: 1, max: 2 },
  doc: 'Measures a net and writes a result card with a hash of its content; reads a card and refuses a changed one; compares two.',
  options: [
    { name: 'out', value: 'FILE', writes: ['.json'], doc: 'The card.' },
    { name: 'svg', value: 'FILE', writes: ['.svg'], doc: 'The card as a picture.' },
    {
      name: 'runs',
      value: 'N',
      range: { min: 2, max: 10000, integer: true },
      doc: 'Runs that medians are taken of; 20 when not given.',
    },
    ...gpuOptions,
    json,
  ],
  async run(given, console) {
    const { positionals, flag, word, output } = given;
    const [first = '', second] = positionals;
    const reads = first.endsWith('.json');
    if (second !== undefined && !reads) throw new UsageError('two operands are two cards: A.json B.json.');
    if (reads && word('out') !== undefined)
      throw new UsageError('--out is for a net that is measured; a card that is read is a file already.');
    const [out, svg] = [
      word('out') === undefined ? undefined : output('out'),
      word('svg') === undefined ? undefined : output('svg'),
    ];
    const found = reads ? await read(first) : await sealCard(await measured(given));
    const encoded = new TextEncoder();
    out?.save(encoded.encode(`${JSON.stringify(found, undefined, 2)}\n`), (bytes) => {
      if (new TextDecoder().decode(bytes).includes(found.sha256)) return;
      throw new UsageError('the card could not be written.');
    });
    svg?.save(encoded.encode(cardPicture(found)), () => undefined);
    if (second === undefined) {
      for (const line of flag('json') ? [JSON.stringify(found, undefined, 2)] : lines(found)) console.out(line);
      return 0;
    }
    const other = await read(second);
    const comparison = compareCards(found, other);
    if (flag('json')) console.out(JSON.stringify(comparison, undefined, 2));
    else {
      for (const line of [...lines(found), '', ...lines(other), '', ...comparison.differs]) console.out(line);
      console.out(
        comparison.ratio === undefined
          ? `not ranked: ${comparison.unranked.join('; ')}`
          : `b ÷ a = ${comparison.ratio.toFixed(3)}: ${comparison.verdict}`,
      );
    }
    return 0;
  },
};

async function read(path: string): Promise<ResultCard> {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}.`);
  try {
    return await openCard(JSON.parse(new TextDecoder().decode(readBytes(path))));
  } catch (error) {
    if (error instanceof CardError) throw new UsageError(`${path}: ${error.message}.`);
    if (error instanceof SyntaxError)
      throw new UsageError(`${path} is no JSON; give a file that "card --out" has written.`);
    throw error;
  }
}

async function measured({ positionals, word, number }: Given): Promise<CardContent> {
  const [name = ''] = positionals;
  refuseQuantized(name);
  const source = openSource(name);
  const graph = buildGraph(source);
  const open = await openGpu(word('adapter'));
  const plan = planOn(open, graph, { precision: precisionOf(open, word('precision')) });
  const program = await Program.load(open, plan, madeUpTensors(graph), { rate: firstRate(open.adapter.software) });
  const times = await profile(
    program,
    plan.inputs.map(({ shape }) => madeUpInput(shape)),
    { runs: number('runs') ?? 20 },
  );
  program.destroy();
  open.device.destroy();
  const { vendor, architecture, description, software } = open.adapter;
  const { total } = accounting(graph);
  return {
    format: 'bottleneck-card',
    version: 1,
    net: {
      name: name.replace(/^.*[\\/]/, ''),
      hash: netHash(canonical(source.architecture)),
      input: [...source.architecture.header.input],
      params: total.params,
      macs: total.macs.total,
    },
    weights: await madeUpWeights(graph),
    adapter: { vendor, architecture, description, software },
    runtime: `Dawn in Node ${process.versions.node}`,
    program: packageFile.version,
    settings: { precision: plan.precision, batch: 1, dispatches: plan.dispatches.length },
    clock: { tickNs: times.tickNs ?? null, estimated: times.estimated },
    at: new Date().toISOString(),
    latency: timesOf(times.warm),
    pass: timesOf(times.gpu),
    disturbed: [...times.disturbed],
  };
}

const timesOf = ({ medianMs, p90Ms, runs, interval }: Spread): ResultCard['latency'] => ({
  medianMs,
  p90Ms,
  runs,
  interval: interval ? [interval[0], interval[1]] : null,
});

function lines({ net, adapter, runtime, latency, pass, sha256, disturbed }: ResultCard): string[] {
  const text = ({ medianMs, p90Ms, runs, interval }: ResultCard['latency']): string =>
    `${medianMs.toFixed(3)} ms ${interval ? `[${interval.map((ms) => ms.toFixed(3)).join(', ')}]` : ''}, p90 ${p90Ms.toFixed(3)}, n ${runs}`;
  return [
    `${net.name} (${net.hash}) at ${net.input.join('×')}`,
    `${adapter.description || adapter.vendor}${adapter.software ? ' (a CPU adapter: these times say nothing about GPUs)' : ''}, ${runtime}`,
    `latency ${text(latency)}`,
    `pass    ${text(pass)}`,
    ...(disturbed.length > 0 ? [`disturbed: ${disturbed.join(', ')}`] : []),
    `sha256 ${sha256}`,
  ];
}
