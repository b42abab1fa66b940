// Nets with the generated weights of golden records, calibrated on generated pictures: what the tests of quantization start from.
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { generateInput, generateTensor } from '../../../src/graph/inspect/golden.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { calibrate, type Calibration } from '../../../src/graph/quant/calibrate.ts';
import { foldNet, type FoldedNet } from '../../../src/graph/quant/fold.ts';
import { runFolded } from '../../../src/graph/quant/run-program.ts';
import { nchwToNhwc } from '../../../src/graph/ir/reference.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';

export interface Prepared {
  readonly folded: FoldedNet;
  readonly calibration: Calibration;
  readonly pictures: readonly Float32Array[];
}

export const pictureFor = (size: number, salt: string): Float32Array =>
  nchwToNhwc(generateInput(salt, size), [1, size, size, 3]);

/** Weights of a golden record: made from the names. */
export const generatedParams = (graph: InferredGraph, salt = 'a'): Map<string, Float32Array> =>
  new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor(salt, name, shape)]));

export function foldPreset(name: string, size: number, salt = 'a'): FoldedNet {
  const graph = buildGraph(openPreset(name, { input: size }));
  return foldNet(graph, generatedParams(graph, salt));
}

const prepared = new Map<string, Promise<Prepared>>();

/** Folded and calibrated on `count` pictures; made once a name and size. */
export function prepare(name: string, size: number, count = 3): Promise<Prepared> {
  const key = `${name} ${size} ${count}`;
  let found = prepared.get(key);
  if (!found) {
    const folded = foldPreset(name, size);
    const pictures = Array.from({ length: count }, (_, i) => pictureFor(size, `picture ${i}`));
    found = calibrate(folded, runFolded(folded), pictures).then((calibration) => ({ folded, calibration, pictures }));
    prepared.set(key, found);
  }
  return found;
}
