// A quantized net as a safetensors file: integers and scales as tensors, the net's text, the recipe and the activations' scales as metadata.
import type { Numbers } from '../../gpu-kernels/step.ts';
import * as v from 'valibot';
import { elements } from '../../gpu-kernels/op.ts';
import { expand } from '../blocks/expand.ts';
import {
  floatValues,
  integerValues,
  readSafetensors,
  type Safetensors,
  type StoredTensor,
} from '../formats/safetensors/read.ts';
import { writeSafetensors, type TensorToWrite } from '../formats/safetensors/write.ts';
import { parse } from '../notation/parse.ts';
import { fits, interpolations } from '../pictures/preprocess.ts';
import { equalizedProgram, hasScaledClamp } from './equalize.ts';
import { constantName, foldedProgram } from './fold.ts';
import { integerProgram } from './integer-program.ts';
import { isProduct, layerId, whyFloat } from './layers.ts';
import { isInteger, weightScales, type QuantizedNet } from './quantize.ts';
import { weightBits } from './scheme.ts';

/** What else the file carries: how pictures are prepared, and whether the classes are ImageNet's. */
export interface NetFacts {
  readonly name: string;
  /** The net in the notation. */
  readonly architecture: string;
  readonly preprocessing: v.InferOutput<typeof preprocessingSchema>;
  readonly imagenet: boolean;
}

/** The file is no quantized net, or a damaged one. The message is a sentence for the user. */
export class QuantizedFileError extends Error {
  override readonly name = 'QuantizedFileError';
}

const format = 'bottleneck.int8';

const finite = v.pipe(v.number(), v.finite());
const positive = v.pipe(finite, v.gtValue(0));
const preprocessingSchema = v.partial(
  v.object({
    size: v.pipe(positive, v.integer(), v.maxValue(4096)),
    // A picture is scaled to 1/crop of the input: less would make it larger than any memory.
    crop: v.pipe(v.number(), v.minValue(0.1), v.maxValue(1)),
    interpolation: v.picklist(interpolations),
    fit: v.picklist(fits),
    mean: v.pipe(v.strictTuple([finite, finite, finite]), v.readonly()),
    std: v.pipe(v.strictTuple([positive, positive, positive]), v.readonly()),
  }),
);
const text = v.pipe(v.string(), v.maxLength(300));
const byte = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const quantizationSchema = v.pipe(
  v.strictTuple([positive, byte]),
  v.transform(([scale, zero]) => ({ scale, zero })),
);
const schema = v.object({
  format: v.literal(format),
  version: v.literal(1),
  name: text,
  architecture: v.string(),
  preprocessing: preprocessingSchema,
  imagenet: v.boolean(),
  recipe: v.object({
    calibration: text,
    pictures: v.number(),
    perChannel: v.boolean(),
    equalized: v.boolean(),
    float: v.array(text),
    bits: v.optional(v.picklist(weightBits)),
    plain: v.optional(v.boolean()),
  }),
  quantizations: v.record(text, quantizationSchema),
  floatLayers: v.record(text, text),
});

const metadataKey = 'bottleneck';

/** True for the metadata of a file that this module wrote, whole or damaged. */
export const isQuantizedFile = ({ metadata }: Pick<Safetensors, 'metadata'>): boolean => metadata.has(metadataKey);

/** Bytes of a file. Shapes of constants are those of the program; scales are vectors. */
export function writeQuantized(net: QuantizedNet, facts: NetFacts): Uint8Array {
  const shapes = new Map(
    net.program.steps.flatMap((step) =>
      Object.entries(step.weights).map(([role, { shape }]) => [constantName(step, role), shape] as const),
    ),
  );
  const tensors = new Map(
    [...net.constants].map(([name, values]): [string, TensorToWrite] => {
      const stored = values instanceof Float64Array ? Float32Array.from(values) : values;
      return [name, { shape: shapes.get(name) ?? [values.length], values: stored }];
    }),
  );
  const about = {
    format,
    version: 1,
    ...facts,
    recipe: net.recipe,
    quantizations: Object.fromEntries([...net.quantizations].map(([id, { scale, zero }]) => [id, [scale, zero]])),
    floatLayers: Object.fromEntries(net.floatLayers),
  };
  return writeSafetensors(tensors, { [metadataKey]: JSON.stringify(about) });
}

/** Throws {@link QuantizedFileError}, or SafetensorsError when the container itself is broken. */
export function readQuantized(file: Uint8Array | Safetensors): {
  readonly net: QuantizedNet;
  readonly facts: NetFacts;
} {
  const { tensors, metadata } = file instanceof Uint8Array ? readSafetensors(file) : file;
  let about: v.InferOutput<typeof schema>;
  try {
    about = v.parse(schema, JSON.parse(metadata.get(metadataKey) ?? 'null'));
  } catch (error) {
    const where = v.isValiError(error) ? (v.getDotPath(error.issues[0]) ?? 'metadata') : 'metadata';
    throw new QuantizedFileError(
      `the file's description is no quantized net (${where}: ${(error as Error).message}); make it anew with \`quantize\``,
    );
  }
  const { architecture, problems } = parse(about.architecture);
  const { graph } = expand(architecture, about.name);
  if (!graph || problems.some(({ severity }) => severity === 'error'))
    throw new QuantizedFileError('the net in the file cannot be built; make it anew with `quantize`');
  const constants = new Map([...tensors].map(([name, tensor]) => [name, numbers(tensor)]));
  const program = equalizedProgram(
    sound(() => foldedProgram(graph).program),
    hasScaledClamp(constants),
  );
  const net: QuantizedNet = {
    graph,
    program,
    constants,
    recipe: about.recipe,
    quantizations: new Map(Object.entries(about.quantizations)),
    floatLayers: new Map(Object.entries(about.floatLayers)),
  };
  checkConstants(net, tensors);
  checkSums(net);
  sound(() => integerProgram(net));
  const { name, preprocessing, imagenet } = about;
  return { net, facts: { name, architecture: about.architecture, preprocessing, imagenet } };
}

/** What a net that cannot be lowered, or scales that no multiplier can join, throw becomes an error of the file. */
function sound<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new QuantizedFileError(
      `the net in the file cannot run: ${(error as Error).message}; make it anew with \`quantize\``,
    );
  }
}

/** Scales are positive, and no sum of an integer product can leave int32, whatever its input. */
function checkSums(net: QuantizedNet): void {
  for (const step of net.program.steps) {
    if (!isInteger(net, step) || !isProduct(step)) continue;
    const name = (role: string): string => constantName(step, role);
    if (!weightScales(net, step).every((scale) => scale > 0 && scale < Infinity))
      throw new QuantizedFileError(`the tensor "${name('weight_scale')}" holds scales that are no positive numbers`);
    const [weight, bias] = [
      net.constants.get(name('weight')) as Int8Array,
      net.constants.get(name('bias')) as Int32Array,
    ];
    const own = weight.length / bias.length;
    for (let o = 0; o < bias.length; o++) {
      let reach = Math.abs(bias[o]!);
      for (let i = o * own; i < (o + 1) * own; i++) reach += 255 * Math.abs(weight[i]!);
      if (reach >= 2 ** 31)
        throw new QuantizedFileError(`the sums of "${layerId(step)}" can leave int32 in channel ${o}`);
    }
  }
}

function numbers(tensor: StoredTensor): Numbers {
  if (tensor.dtype === 'I8' || tensor.dtype === 'I32') return integerValues(tensor) as Int8Array | Int32Array;
  if (tensor.dtype === 'F32') return floatValues(tensor);
  throw new QuantizedFileError(`the tensor "${tensor.name}" is ${tensor.dtype}; a quantized net has I8, I32 and F32`);
}

/** Every constant and scale that the program asks for is there, in its type and size. */
function checkConstants(net: QuantizedNet, tensors: ReadonlyMap<string, StoredTensor>): void {
  for (const [name, values] of net.constants)
    if (values instanceof Float32Array && values.some(Number.isNaN))
      throw new QuantizedFileError(`the tensor "${name}" holds values that are NaN`);
  const demand = (name: string, dtype: string, count: number, also = count): void => {
    const tensor = tensors.get(name);
    if (!tensor) throw new QuantizedFileError(`the file lacks the tensor "${name}"`);
    if (tensor.dtype !== dtype || (tensor.elements !== count && tensor.elements !== also)) {
      throw new QuantizedFileError(
        `the tensor "${name}" is ${tensor.dtype} of ${tensor.elements}, the net needs ${dtype} of ${count}`,
      );
    }
  };
  for (const step of net.program.steps) {
    const integer = isInteger(net, step);
    for (const [role, { shape }] of Object.entries(step.weights)) {
      const dtype =
        integer && isProduct(step) && role === 'weight'
          ? 'I8'
          : integer && isProduct(step) && role === 'bias'
            ? 'I32'
            : 'F32';
      demand(constantName(step, role), dtype, elements(shape));
    }
    if (!integer) continue;
    for (const { id } of [...step.inputs, ...step.outputs])
      if (!net.quantizations.has(id)) throw new QuantizedFileError(`the file has no scale for "${id}"`);
    if (isProduct(step))
      demand(
        constantName(step, 'weight_scale'),
        'F32',
        elements((step.weights.bias as { shape: readonly number[] }).shape),
        1,
      );
    const why = whyFloat(step);
    if (why) throw new QuantizedFileError(`"${layerId(step)}" is said to be integer, but ${why}`);
  }
}
