// From a calibrated float net to a quantized one: integers for every layer that has a form in them, floats where asked for.
import type { Numbers, Value } from '../../gpu-kernels/step.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { channels, type StepProgram } from '../lower/steps.ts';
import { correctedBias } from './bias-correction.ts';
import { constantName, type Constants, type FoldedNet } from './fold.ts';
import { isProduct, layerId, whyFloat, type Product } from './layers.ts';
import { quantizationOf, quantizeWeights, type Interval, type Quantization, type WeightBits } from './scheme.ts';

/** How a quantized net was made; what a share link carries. */
export interface Recipe {
  readonly calibration: string;
  readonly pictures: number;
  readonly perChannel: boolean;
  readonly equalized: boolean;
  /** Layers kept in float on purpose, by id. */
  readonly float: readonly string[];
  /** Of a weight; 8 when not given. */
  readonly bits?: WeightBits | undefined;
  /** Each weight to its nearest integer and biases as they are: what quantization-aware training has seen. */
  readonly plain?: boolean | undefined;
}

export interface QuantizedNet {
  readonly graph: InferredGraph;
  /** The folded float program; integer layers are made from it (integer-program.ts). */
  readonly program: StepProgram;
  /** Every value that exists as bytes. */
  readonly quantizations: ReadonlyMap<string, Quantization>;
  /** Layers without an integer form here, with the reason. */
  readonly floatLayers: ReadonlyMap<string, string>;
  /** `weight` int8, `bias` int32 and `weight_scale` float32 of integer products; float32 constants of the other layers. */
  readonly constants: Constants;
  readonly recipe: Recipe;
}

export const isInteger = (net: Pick<QuantizedNet, 'floatLayers'>, step: Step): boolean =>
  !net.floatLayers.has(layerId(step));

/** A maximum keeps its input's bytes, so both ends share one quantization. */
function shareThroughMaxima(
  program: StepProgram,
  floatLayers: ReadonlyMap<string, string>,
  quantizations: Map<string, Quantization>,
): void {
  for (const step of program.steps) {
    if (step.family !== 'pool' || step.attrs.mode !== 'max' || floatLayers.has(layerId(step))) continue;
    const given = quantizations.get(step.inputs[0]?.id ?? '');
    if (given) quantizations.set(layerId(step), given);
  }
}

/** Pixels of a product's kernel. */
const tapsOf = (step: Product): number =>
  step.family === 'pointwise' ? 1 : step.attrs.kernel[0] * step.attrs.kernel[1];

/** Ids that are no layer of the net are refused with RangeError. */
export function quantizeNet(folded: FoldedNet, ranges: ReadonlyMap<string, Interval>, recipe: Recipe): QuantizedNet {
  const { graph, program } = folded;
  const ids = new Set(program.steps.map(layerId));
  const unknown = recipe.float.find((id) => !ids.has(id));
  if (unknown !== undefined) throw new RangeError(`no layer is called "${unknown}"`);
  const asked = new Set(recipe.float);
  const floatLayers = new Map<string, string>();
  for (const step of program.steps) {
    const why = asked.has(layerId(step)) ? 'kept in float by the recipe' : whyFloat(step);
    if (why !== undefined) floatLayers.set(layerId(step), why);
  }
  const quantizations = new Map<string, Quantization>();
  for (const step of program.steps) {
    if (floatLayers.has(layerId(step))) continue;
    for (const { id } of [...step.inputs, ...step.outputs]) {
      const range = ranges.get(id);
      if (!range) throw new RangeError(`the value "${id}" was not calibrated`);
      quantizations.set(id, quantizationOf(range));
    }
  }
  shareThroughMaxima(program, floatLayers, quantizations);
  const constants = new Map<string, Numbers>();
  for (const step of program.steps) {
    const own = Object.keys(step.weights).map(
      (role) => [role, folded.constants.get(constantName(step, role)) as Numbers] as const,
    );
    if (floatLayers.has(layerId(step)) || !isProduct(step)) {
      for (const [role, data] of own) constants.set(constantName(step, role), data);
      continue;
    }
    const [weight, bias] = ['weight', 'bias'].map(
      (role) => folded.constants.get(constantName(step, role)) as Numbers,
    ) as [Numbers, Numbers];
    const id = step.inputs[0]?.id ?? '';
    const { scale } = quantizations.get(id) as Quantization;
    const taps = recipe.plain ? 1 : tapsOf(step);
    const made = quantizeWeights(weight, bias, scale, recipe.perChannel, taps, recipe.bits);
    const means = ranges.get(id)?.means;
    const watched = !recipe.plain && means?.length === channels((step.inputs[0] as Value).shape);
    constants.set(constantName(step, 'weight'), made.weight);
    constants.set(
      constantName(step, 'bias'),
      means && watched ? correctedBias(made, weight, taps, scale, means) : made.bias,
    );
    constants.set(constantName(step, 'weight_scale'), recipe.perChannel ? made.scale : made.scale.subarray(0, 1));
    for (const [role, data] of own)
      if (role !== 'weight' && role !== 'bias') constants.set(constantName(step, role), data);
  }
  return { graph, program, quantizations, floatLayers, constants, recipe };
}

/** Scale of each output channel of an integer product. */
export function weightScales(net: Pick<QuantizedNet, 'constants'>, step: Step): Float32Array {
  const stored = net.constants.get(constantName(step, 'weight_scale')) as Numbers;
  const channels = (net.constants.get(constantName(step, 'bias')) as Numbers).length;
  return Float32Array.from({ length: channels }, (_, o) => stored[stored.length === 1 ? 0 : o]!);
}
