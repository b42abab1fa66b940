// A preset with made-up weights, as the files that the runtimes read.
import { expand } from '../../src/graph/blocks/expand.ts';
import { exportOnnx } from '../../src/graph/formats/onnx/export.ts';
import { exportTflite } from '../../src/graph/formats/tflite/export.ts';
import { generateTensor } from '../../src/graph/inspect/golden.ts';
import { nchwToNhwc } from '../../src/graph/ir/reference.ts';
import { resolvePreset } from '../../src/graph/presets/resolve.ts';
import { calibrate } from '../../src/graph/quant/calibrate.ts';
import { foldNet } from '../../src/graph/quant/fold.ts';
import { exportQdqOnnx } from '../../src/graph/quant/qdq-onnx.ts';
import { quantizeNet, type QuantizedNet } from '../../src/graph/quant/quantize.ts';
import { runFolded } from '../../src/graph/quant/run-program.ts';
import { graphParams } from '../../src/graph/weights/weights.ts';
import type { Picture, Subject } from './peer.ts';

/** `quantized` is there in int8 alone, calibrated on the picture that is raced: what is measured is time. */
export interface OwnSubject extends Subject {
  readonly quantized?: QuantizedNet;
}

function build(net: string) {
  const preset = resolvePreset(net);
  if ('problem' in preset) throw new Error(preset.problem);
  const { graph, problems } = expand(preset.architecture, net);
  if (!graph) throw new Error(problems[0]?.message ?? `${net} cannot be built`);
  return graph;
}

/** Throws Error where no preset has that name. */
export async function prepare(
  net: string,
  precision: Subject['precision'],
): Promise<{ subject: OwnSubject; picture: Picture }> {
  const graph = build(net);
  const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('a', name, shape)]));
  const shape = graph.facts.get('input')?.shape as [number, number, number, number];
  const [batch, height, width, channels] = shape;
  const nchw = Float32Array.from(generateTensor('a', 'input', [batch, channels, height, width]));
  const picture = { nchw, nhwc: nchwToNhwc(nchw, shape) };
  const base = { graph, params, precision, shape };
  if (precision === 'f32')
    return {
      picture,
      subject: { ...base, onnx: () => exportOnnx(graph, params), tflite: () => exportTflite(graph, params) },
    };
  const folded = foldNet(graph, params);
  const calibration = await calibrate(folded, runFolded(folded), [picture.nhwc], { histograms: false });
  const recipe = { calibration: 'max', pictures: 1, perChannel: true, equalized: false, float: [] };
  const quantized = quantizeNet(folded, calibration.ranges('max'), recipe);
  const tflite = (): never => {
    throw new Error('integer nets are not written as TFLite');
  };
  return { picture, subject: { ...base, quantized, onnx: () => exportQdqOnnx(quantized), tflite } };
}
