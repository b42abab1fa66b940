// `compare A B --images DIR`: how far two nets, float or quantized, agree on pictures, and where the noise comes in, layer by layer.
import { agreementOf, Noise, type Agreement } from '../../graph/quant/compare.ts';
import { layerId } from '../../graph/quant/layers.ts';
import { runnerOf } from '../../workers/jobs/quantize/run.ts';
import { givenPreparation, preparationOptions } from '../preparation-options.ts';
import { openWhere, whereOptions } from '../gpu-device.ts';
import { findPictures } from '../picture.ts';
import type { Layer } from '../imported.ts';
import { openNet, preparedAlike, readInputs, type AnyNet } from '../quantized.ts';
import { decibels, textTable } from '../text-table.ts';
import { json, NetError, UsageError, type Verb } from '../verb.ts';

/** The JSON of `compare --json`; stable. */
export interface CompareJson {
  readonly a: string;
  readonly b: string;
  /** Of the first output. */
  readonly agreement: Agreement;
  /** Signal to noise of every output, in the order of the nets. */
  readonly outputs: readonly { readonly output: string; readonly sqnrDb: number | null }[];
  /** Layers that both have, in order. */
  readonly layers: readonly {
    readonly layer: string;
    readonly op: string;
    readonly integer: boolean;
    readonly sqnrDb: number | null;
    /** Only where some values of the layer are no numbers. */
    readonly finite?: false;
  }[];
}

export const compare: Verb = {
  operands: 'A B',
  count: { min: 2, max: 2 },
  doc: 'Runs two nets (NAME, FILE.arch or a file of `quantize`) on pictures: equal answers, and signal to noise of every layer.',
  options: [
    { name: 'images', value: 'DIR', doc: 'Folder of JPEG, PNG or WebP pictures; folders inside are opened.' },
    { name: 'weights', value: 'FILE', doc: 'safetensors for the float nets among the two.' },
    ...preparationOptions,
    ...whereOptions,
    json,
  ],
  async run({ positionals, word, flag, number }, console) {
    const images = word('images');
    if (images === undefined) throw new UsageError('which pictures? Give a folder with --images DIR.');
    const opening = {
      preparation: givenPreparation({ word, number }),
      note: (sentence: string) => console.err(`bottleneck compare: ${sentence}`),
      assumed: (sentence: string) => {
        if (!flag('json')) console.out(sentence);
      },
    };
    const found = findPictures(images);
    const opened = positionals.map((name) => openNet(name, word('weights'), opening)) as [AnyNet, AnyNet];
    const [a, b] = preparedAlike(opened, opening.note);
    const { files, inputs } = await readInputs(found, [a, b], console);
    const open = await openWhere(word);
    const outputs = pairedOutputs(a, b);
    const shared = sharedLayers(a, b);
    const [runA, runB] = [
      await runnerOf(
        a,
        open,
        shared.map(({ of: [{ node }] }) => node),
      ),
      await runnerOf(
        b,
        open,
        shared.map(({ of: [, { node }] }) => node),
      ),
    ];
    const [logitsA, logitsB]: [Float32Array[], Float32Array[]] = [[], []];
    for (let i = 0; i < files.length; i++) {
      const [found, other] = [
        await runA.run(inputs[0]?.[i] as Float32Array),
        await runB.run(inputs[1]?.[i] as Float32Array),
      ];
      outputs.forEach(({ name, nodes, noise }, at) => {
        const [x, y] = [found.get(nodes[0]) as Float32Array, other.get(nodes[1]) as Float32Array];
        if (x.length !== y.length)
          throw new NetError(
            outputs.length === 1
              ? `${a.facts.name} answers with ${x.length} values and ${b.facts.name} with ${y.length}: their answers cannot be compared.`
              : `“${name}” has ${x.length} values in ${a.facts.name} and ${y.length} in ${b.facts.name}: they cannot be compared.`,
          );
        for (const [net, values] of [[a, x] as const, [b, y] as const])
          if (!values.every(Number.isFinite))
            throw new NetError(
              `${net.facts.name} gives values that are no numbers for ${files[i] ?? ''} (“${name}”), so there is nothing to compare: its weights or the preparation are unsound.`,
            );
        noise.add(x, y);
        if (at > 0) return;
        logitsA.push(x);
        logitsB.push(y);
      });
      for (const { noise, of } of shared) {
        const [signal, noisy] = [realValues(found, of[0]), realValues(other, of[1])];
        if (signal && noisy && signal.length === noisy.length) noise.add(signal, noisy);
      }
    }
    for (const runner of [runA, runB]) runner.end();
    open?.device.destroy();
    const steps = new Map(a.net.program.steps.map((step) => [layerId(step), step]));
    const integer = ({ node, scale }: Layer): boolean =>
      b.kind === 'int8' ? !b.net.floatLayers.has(node) : scale !== undefined;
    const result: CompareJson = {
      a: a.facts.name + (a.kind === 'int8' ? ' int8' : ''),
      b: b.facts.name + (b.kind === 'int8' ? ' int8' : ''),
      agreement: agreementOf(logitsA, logitsB),
      outputs: outputs.map(({ name, noise }) => ({ output: name, sqnrDb: finite(noise.sqnrDb) })),
      layers: shared.map(({ layer, of, noise }) => ({
        layer,
        op: steps.get(of[0].node)?.family ?? '',
        integer: integer(of[1]),
        sqnrDb: finite(noise.sqnrDb),
        ...(Number.isNaN(noise.sqnrDb) && { finite: false as const }),
      })),
    };
    if (flag('json')) console.out(JSON.stringify(result, undefined, 2));
    else for (const line of report(result)) console.out(line);
    return 0;
  },
};

interface SharedLayer {
  readonly layer: string;
  readonly of: readonly [Layer, Layer];
  readonly noise: Noise;
}

/** Layers that both nets have under one name, in the order of the first; of a model file what the file calls so, never sums on the way to it. */
function sharedLayers(a: AnyNet, b: AnyNet): SharedLayer[] {
  const own = (net: AnyNet): Map<string, Layer> => {
    const ids = net.net.program.steps.map(layerId).filter((id) => !id.includes('#'));
    const named = net.kind === 'float' ? net.layers : undefined;
    if (!named) return new Map(ids.map((node) => [node, { node }]));
    const byNode = new Map([...named].map(([layer, held]) => [held.node, [layer, held] as const]));
    return new Map(ids.flatMap((id) => [byNode.get(id)].filter((entry) => entry !== undefined)));
  };
  const others = own(b);
  const ends = new Set(a.net.program.outputs.map(({ value }) => value.id));
  return [...own(a)].flatMap(([layer, held]): SharedLayer[] => {
    const other = others.get(layer);
    return other && !ends.has(held.node) ? [{ layer, of: [held, other], noise: new Noise() }] : [];
  });
}

const realValues = (found: ReadonlyMap<string, Float32Array>, { node, scale }: Layer): Float32Array | undefined => {
  const values = found.get(node);
  return scale === undefined ? values : values?.map((value) => value * scale);
};

const finite = (decibels: number): number | null => (Number.isFinite(decibels) ? decibels : null);

/** The outputs of two nets by their order. Throws {@link NetError} where one has more. */
function pairedOutputs(a: AnyNet, b: AnyNet) {
  const [of, others] = [a.net.program.outputs, b.net.program.outputs];
  if (of.length !== others.length)
    throw new NetError(
      `${a.facts.name} has ${of.length} outputs and ${b.facts.name} ${others.length}: they cannot be compared.`,
    );
  return of.map(({ node }, i) => ({
    name: a.net.graph.outputNames?.[i] ?? node,
    nodes: [node, others[i]?.node ?? ''] as const,
    noise: new Noise(),
  }));
}

function report({ a, b, agreement, outputs, layers }: CompareJson): string[] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `${a} and ${b} on ${agreement.pictures} pictures: ${
      outputs.length > 1
        ? outputs.map(({ output, sqnrDb }) => `${output} ${decibels(sqnrDb ?? Infinity)}`).join(', ')
        : `first answer equal on ${percent(agreement.top1)}, ${percent(agreement.top5)} of the first five shared, logits ${decibels(agreement.logitsSqnrDb)}`
    }`,
    '',
    ...textTable(
      [
        { title: '#', right: true },
        { title: 'layer' },
        { title: 'op' },
        { title: 'type' },
        { title: 'signal/noise dB', right: true },
      ],
      layers.map(({ layer, op, integer, sqnrDb, finite }, i) => [
        String(i),
        layer,
        op,
        integer ? 'int8' : 'float',
        finite === false ? 'not finite' : sqnrDb === null ? 'equal' : sqnrDb.toFixed(1),
      ]),
    ),
  ];
}
