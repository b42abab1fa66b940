// The weights of a net's branches out of its own checkpoint, or out of a classifier's that has the same backbone: exits are taught here anyway.
import { elements } from '../../../../gpu-kernels/op.ts';
import { floatValues } from '../../../../graph/formats/safetensors/read.ts';
import type { Params } from '../../../../graph/ir/graph.ts';
import { usualPreparation, type Preparation } from '../../../../graph/pictures/preprocess.ts';
import { graphParams } from '../../../../graph/weights/weights.ts';
import type { Checkpoint } from '../../../weights/source.ts';
import type { Branch } from './branches.ts';

/** What the last exit's convolution is called in MobileNetV2's own checkpoints. */
const inClassifier = (name: string): string =>
  name.replace(/^[^.]+\.0\.conv\./, 'conv_head.').replace(/^[^.]+\.0\.bn1\./, 'bn2.');

/** Throws Error with a sentence that names what the file lacks. */
export function backboneParams({ tensors, facts }: Checkpoint, branches: readonly Branch[]): Params {
  const wanted = new Map(branches.flatMap(({ graph }) => graphParams(graph).map((param) => [param.name, param.shape])));
  const params = new Map<string, Float32Array>();
  const missing: string[] = [];
  for (const [name, shape] of wanted) {
    const stored = tensors?.get(name) ?? tensors?.get(inClassifier(name));
    if (stored && elements(stored.shape) === elements(shape)) params.set(name, floatValues(stored));
    else missing.push(name);
  }
  if (missing.length > 0)
    throw new Error(
      `${facts.name} lacks ${missing.length} of the ${wanted.size} tensors of the branches, first "${missing[0] ?? ''}": give the weights of this net, or of a MobileNetV2 with its backbone`,
    );
  return params;
}

/** How pictures are prepared for it; every branch has its own size. */
export const backbonePreparation = ({ facts }: Checkpoint): Preparation => ({
  ...usualPreparation,
  ...facts.embedded?.preprocessing,
  size: [224, 224],
});
