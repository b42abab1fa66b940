// How well a quantized net of several outputs, or of one that is no classes, gives what the float net gives: output by output.
import { outputsOf } from '../graph/tasks/index.ts';
import { Noise } from '../graph/quant/compare.ts';
import type { FoldedNet } from '../graph/quant/fold.ts';
import type { QuantizedNet } from '../graph/quant/quantize.ts';
import type { OpenDevice } from '../workers/engine/device.ts';
import { runnerOf } from '../workers/jobs/quantize/run.ts';

export interface OutputAgreement {
  readonly name: string;
  /** Signal to quantization noise over all pictures; null without noise. */
  readonly sqnrDb: number | null;
  /** Of a layer that stays in float, why. */
  readonly inFloat?: string;
}

export async function outputsAgree(
  float: FoldedNet,
  int8: QuantizedNet,
  open: OpenDevice | undefined,
  inputs: readonly Float32Array[],
): Promise<readonly OutputAgreement[]> {
  const [one, other] = [
    await runnerOf({ kind: 'float', net: float }, open),
    await runnerOf({ kind: 'int8', net: int8 }, open),
  ];
  const { graph } = float;
  const noises = graph.outputs.map(() => new Noise());
  try {
    for (const input of inputs) {
      const [wanted, found] = [await one.run(input), await other.run(input)];
      graph.outputs.forEach((node, i) =>
        noises[i]!.add(wanted.get(node) as Float32Array, found.get(node) as Float32Array),
      );
    }
  } finally {
    one.end();
    other.end();
  }
  return outputsOf(graph, () => new Float32Array()).map(({ name }, i) => {
    const { sqnrDb } = noises[i]!;
    const why = int8.floatLayers.get(graph.outputs[i] ?? '');
    return { name, sqnrDb: Number.isFinite(sqnrDb) ? sqnrDb : null, ...(why !== undefined && { inFloat: why }) };
  });
}
