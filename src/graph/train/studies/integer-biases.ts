// Biases of a net that was trained with rounding in it, put where the integer net has them: what is left then differs by float32's rounding alone.
import { constantName, type FoldedNet } from '../../quant/fold.ts';
import { isProduct } from '../../quant/layers.ts';
import { isInteger, weightScales, type QuantizedNet } from '../../quant/quantize.ts';
import type { NetTensors } from './lab.ts';

/**
 * A bias is real while a net is trained and a whole number of steps of input times weight in the integer net; with few bits such a step is a
 * good part of an output's, so that bytes fall to their neighbours, and all layers behind read them. `folded` and `net` are made of `weights`.
 */
export function withIntegerBiases(folded: FoldedNet, net: QuantizedNet, weights: NetTensors): NetTensors {
  const moved = new Map(weights);
  const { nodes } = folded.graph;
  for (const step of net.program.steps) {
    if (!isProduct(step) || !isInteger(net, step)) continue;
    const product = nodes.find(({ id }) => id === step.from[0]);
    const norm = nodes.find(({ op, inputs }) => op === 'batch_norm' && inputs[0] === product?.id);
    const name = (norm ?? product)?.params['bias'];
    const bias = name === undefined ? undefined : weights.get(name);
    const input = net.quantizations.get(step.inputs[0]?.id ?? '');
    if (name === undefined || !bias || !input) continue;
    const [real, whole] = [folded, net].map(({ constants }) => constants.get(constantName(step, 'bias')));
    const scales = weightScales(net, step);
    moved.set(
      name,
      bias.map(
        (value, o) => value + (whole?.[o] as number) * input.scale * (scales[o] as number) - (real?.[o] as number),
      ),
    );
  }
  return moved;
}
