// A net with made-up weights, as the files that the runtimes read.
import { exportOnnx } from '../../../graph/formats/onnx/export.ts';
import { exportTflite } from '../../../graph/formats/tflite/export.ts';
import { generateTensor } from '../../../graph/inspect/golden.ts';
import { nchwToNhwc } from '../../../graph/ir/reference.ts';
import type { GivenNet } from '../../../graph/notation/check.ts';
import { calibrate } from '../../../graph/quant/calibrate.ts';
import { foldNet } from '../../../graph/quant/fold.ts';
import { exportQdqOnnx } from '../../../graph/quant/qdq-onnx.ts';
import { quantizeNet, type QuantizedNet } from '../../../graph/quant/quantize.ts';
import { runFolded } from '../../../graph/quant/run-program.ts';
import { graphParams } from '../../../graph/weights/weights.ts';
import { graphToRun } from '../../engine/made-up.ts';
import type { RaceInput, RaceSubject } from './peer.ts';

/** `quantized` is there in int8 alone, calibrated on the picture that is raced: what is measured is time. */
export interface OwnSubject extends RaceSubject {
  readonly quantized?: QuantizedNet;
}

/** Throws Error with a sentence where the text is no net, or one with another input than one picture. */
export async function prepare(
  net: GivenNet,
  precision: RaceSubject['precision'],
): Promise<{ subject: OwnSubject; picture: RaceInput }> {
  const graph = graphToRun(net);
  if (graph.inputs.length !== 1 || graph.facts.get('input')?.shape.length !== 4)
    throw new Error('nets with one picture as their input are raced');
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
