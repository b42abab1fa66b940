// Files for tests of `quantize`, `run`, `profile` and `compare`: a small net, weights made from its names, a folder of pictures.
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors, type TensorToWrite } from '../../../src/graph/formats/safetensors/write.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { generatedParams } from '../int8/golden-nets.ts';

const classifierText = `input 3x32x32
act relu6

conv   k3 s2 c8
mbconv k3 s2 c12 e3
mbconv k3    c12 e3
conv   k1    c24
pool
linear c10
`;

export interface QuantizedFiles {
  /** The folder of all of them. */
  readonly folder: string;
  readonly net: string;
  readonly weights: string;
  readonly images: string;
  /** Where the quantized net goes. */
  readonly out: string;
}

/** A net with two outputs, one of which joins rows of two maps. */
export const detectorText = `input 3x32x32
act relu6
task detect

conv   k3 s2 c8
mbconv k3 s2 c12 e3 as=a
mbconv k3 s2 c12 e3 as=b
part   head
ssd    k1 n3 r2 from=a,b out=boxes,scores
`;

export function quantizedFiles(text = classifierText): QuantizedFiles {
  const folder = mkdtempSync(join(tmpdir(), 'bottleneck-int8-'));
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('small.arch'), text);
  const { graph } = check(text, 'small') as { graph: InferredGraph };
  const params = generatedParams(graph);
  const tensors = new Map(
    graphParams(graph).map(({ name, shape }): [string, TensorToWrite] => [
      name,
      { shape, values: params.get(name) as Float32Array },
    ]),
  );
  writeFileSync(at('small.safetensors'), writeSafetensors(tensors));
  mkdirSync(at('pictures'));
  for (const sample of ['cat', 'espresso', 'rocket'])
    copyFileSync(`public/samples/${sample}.jpg`, join(at('pictures'), `${sample}.jpg`));
  return {
    folder,
    net: at('small.arch'),
    weights: at('small.safetensors'),
    images: at('pictures'),
    out: at('small.int8.safetensors'),
  };
}
