// `compare A B --images DIR`: how far two nets, float or quantized, agree on pictures, and where the noise comes in, layer by layer.
import type { NamedValue } from '../../graph/lower/steps.ts';
import { agreementOf, Noise, type Agreement } from '../../graph/quant/compare.ts';
import { layerId } from '../../graph/quant/layers.ts';
import { runnerOf } from '../../workers/jobs/quantize/run.ts';
import { givenPreparation, preparationOptions } from '../preparation-options.ts';
import { openWhere, whereOptions } from '../gpu-device.ts';
import { findPictures } from '../picture.ts';
import { openNet, readInputs, type AnyNet } from '../quantized.ts';
import { decibels, textTable } from '../text-table.ts';
import { json, NetError, UsageError, type Verb } from '../verb.ts';

/** The JSON of `compare --json`; stable. */
export interface CompareJson {
  readonly a: string;
  readonly b: string;
  readonly agreement: Agreement;
  /** Layers that both have, in order. */
  readonly layers: readonly {
    readonly layer: string;
    readonly op: string;
    readonly integer: boolean;
    readonly sqnrDb: number | null;
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
    const [a, b] = positionals.map((name) => openNet(name, word('weights'), opening)) as [AnyNet, AnyNet];
    const { files, inputs } = await readInputs(found, [a, b], console);
    const open = await openWhere(word);
    const ids = (net: AnyNet): string[] => net.net.program.steps.map(layerId).filter((id) => !id.includes('#'));
    const own = new Set(ids(b));
    const [outA, outB] = [a, b].map(({ net }) => net.program.outputs[0]) as [NamedValue, NamedValue];
    const shared = ids(a).filter((id) => own.has(id) && id !== outA.value.id);
    const [runA, runB] = [await runnerOf(a, open, shared), await runnerOf(b, open, shared)];
    const noises = new Map(shared.map((id) => [id, new Noise()]));
    const [logitsA, logitsB]: [Float32Array[], Float32Array[]] = [[], []];
    for (let i = 0; i < files.length; i++) {
      const [found, other] = [
        await runA.run(inputs[0]?.[i] as Float32Array),
        await runB.run(inputs[1]?.[i] as Float32Array),
      ];
      const [x, y] = [found.get(outA.node) as Float32Array, other.get(outB.node) as Float32Array];
      if (x.length !== y.length)
        throw new NetError(
          `${a.facts.name} has ${x.length} classes and ${b.facts.name} ${y.length}: their answers cannot be compared.`,
        );
      logitsA.push(x);
      logitsB.push(y);
      for (const [id, noise] of noises) {
        const [signal, noisy] = [found.get(id), other.get(id)];
        if (signal && noisy && signal.length === noisy.length) noise.add(signal, noisy);
      }
    }
    for (const runner of [runA, runB]) runner.end();
    open?.device.destroy();
    const steps = new Map(a.net.program.steps.map((step) => [layerId(step), step]));
    const integer = (id: string): boolean => b.kind === 'int8' && !b.net.floatLayers.has(id);
    const result: CompareJson = {
      a: a.facts.name + (a.kind === 'int8' ? ' int8' : ''),
      b: b.facts.name + (b.kind === 'int8' ? ' int8' : ''),
      agreement: agreementOf(logitsA, logitsB),
      layers: [...noises].map(([id, { sqnrDb }]) => ({
        layer: id,
        op: steps.get(id)?.family ?? '',
        integer: integer(id),
        sqnrDb: Number.isFinite(sqnrDb) ? sqnrDb : null,
      })),
    };
    if (flag('json')) console.out(JSON.stringify(result, undefined, 2));
    else for (const line of report(result)) console.out(line);
    return 0;
  },
};

function report({ a, b, agreement, layers }: CompareJson): string[] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `${a} and ${b} on ${agreement.pictures} pictures: first answer equal on ${percent(agreement.top1)}, ${percent(agreement.top5)} of the first five shared, logits ${decibels(agreement.logitsSqnrDb)}`,
    '',
    ...textTable(
      [
        { title: '#', right: true },
        { title: 'layer' },
        { title: 'op' },
        { title: 'type' },
        { title: 'signal/noise dB', right: true },
      ],
      layers.map(({ layer, op, integer, sqnrDb }, i) => [
        String(i),
        layer,
        op,
        integer ? 'int8' : 'float',
        sqnrDb === null ? 'equal' : sqnrDb.toFixed(1),
      ]),
    ),
  ];
}
