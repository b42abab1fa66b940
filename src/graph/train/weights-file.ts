// Trained weights as a plain safetensors file: timm's names, with what the classes are called and how pictures are prepared, so that Try and `run` know both.
import { readSafetensors } from '../formats/safetensors/read.ts';
import { writeSafetensors } from '../formats/safetensors/write.ts';
import type { InferredGraph } from '../ir/graph.ts';
import type { Preprocessing } from '../pictures/preprocess.ts';
import { graphParams } from '../weights/weights.ts';

/** How every picture is prepared that a net is trained on here: the whole of its middle, values −1 to 1. */
export const trainingPreprocessing: Preprocessing = {
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  crop: 1,
  interpolation: 'bilinear',
};

/** Throws where what was written does not read back with the same bits. */
export function trainedWeights(
  graph: InferredGraph,
  weights: ReadonlyMap<string, Float32Array>,
  classes: readonly string[],
): Uint8Array {
  const { mean, std, crop, interpolation } = trainingPreprocessing;
  const facts = { mean, std, crop_pct: crop, interpolation, label_names: classes };
  const tensors = graphParams(graph).map(({ name, shape }) => {
    const values = weights.get(name);
    if (!values) throw new RangeError(`there are no values of "${name}"`);
    return [name, { shape, values }] as const;
  });
  const file = writeSafetensors(new Map(tensors), { pretrained_cfg: JSON.stringify(facts) });
  const { tensors: found } = readSafetensors(file);
  for (const [name, { values }] of tensors) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const read = found.get(name)?.bytes;
    if (read?.length !== bytes.length || read.some((byte, i) => byte !== bytes[i]))
      throw new RangeError(`"${name}" does not read back as it was written`);
  }
  return file;
}
