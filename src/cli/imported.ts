// A model file of another program as a net of the command line: converted to our operators, with its weights, or refused with the nodes named.
import { basename } from 'node:path';
import { convertModel, type Conversion } from '../graph/formats/convert/convert.ts';
import { nodeNames } from '../graph/formats/convert/names.ts';
import { ModelError, nodeLabel, type Model } from '../graph/formats/model/model.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import type { Preprocessing } from '../graph/pictures/preprocess.ts';
import { readPreparationMetadata } from '../graph/weights/preparation-config.ts';
import { kindOfFile } from './files.ts';
import { readModel } from './model-file.ts';
import { unsoundWeights } from '../graph/weights/soundness.ts';
import { buildGraph, openSource, type Overrides } from './source.ts';
import { NetError, UsageError } from './verb.ts';

/** True where the argument is an ONNX or TFLite file, whatever its name. */
export function namesModelFile(net: string): boolean {
  const kind = kindOfFile(net);
  return kind === 'onnx' || kind === 'tflite' || (kind !== undefined && /\.(onnx|tflite)$/i.test(net));
}

export interface Layer {
  readonly node: string;
  /** Absent: the node holds real numbers. */
  readonly scale?: number;
}

/** A converted model and what its file's metadata says of the preparation of pictures, if anything. */
export interface Imported extends Conversion {
  /** What the file calls a value → the node that holds it and, of integers of one scale, what turns them into real numbers. */
  readonly layers: ReadonlyMap<string, Layer>;
  readonly preprocessing: Partial<Preprocessing>;
}

/** Throws {@link UsageError} or {@link NetError}, with the nodes that no operator of ours says. */
export function openImported(net: string, { input, width }: Overrides = {}): Imported {
  if (width !== undefined)
    throw new UsageError(`"${net}" is a model file, whose widths are in its weights; leave --width away.`);
  const model = readModel(net);
  const name = basename(net);
  const shapes = input === undefined ? undefined : new Map(model.inputs.flatMap((value) => sized(value, input)));
  try {
    const converted = convertModel(model, { name, ...(shapes && { shapes }) });
    if ('graph' in converted)
      return {
        ...converted,
        layers: layersOf(model, converted),
        preprocessing: readPreparationMetadata(model.metadata).preprocessing,
      };
    const lines = converted.unconverted.map(({ node, reason }) => `  ${nodeLabel(node)} ${reason}`);
    const more = lines.length > 20 ? [`  and ${lines.length - 20} more`] : [];
    throw new NetError(
      [
        `${net} does not become a net of our operators; "inspect" shows what it holds. Not converted:`,
        ...lines.slice(0, 20),
        ...more,
      ].join('\n'),
    );
  } catch (error) {
    if (error instanceof ModelError) throw new NetError(`${net}: ${error.message}`);
    throw error;
  }
}

function layersOf(model: Model, { values }: Conversion): ReadonlyMap<string, Layer> {
  const names = nodeNames(model);
  return new Map(
    [...values].flatMap(([name, { node, stored }]): [string, Layer][] => {
      if (!stored) return [[names.value(name), { node }]];
      const [scale, ...more] = model.values.get(name)?.quantization?.scale ?? [];
      return scale === undefined || more.length > 0 ? [] : [[names.value(name), { node, scale }]];
    }),
  );
}

/** The input's shape with other rows and columns, where it looks like pictures. */
function sized({ name, shape }: Model['inputs'][number], size: number): [string, number[]][] {
  if (shape?.length !== 4) return [];
  const last = [1, 3, 4].includes(shape[3]!) && !([1, 3, 4].includes(shape[1]!) && shape[3]! >= 8);
  const batch = Math.max(1, shape[0]!);
  return [[name, last ? [batch, size, size, shape[3]!] : [batch, shape[1]!, size, size]]];
}

/**
 * As {@link openImported}, for verbs that compute with the file's weights. Throws {@link NetError} with the tensor whose values are no numbers:
 * a softmax or a maximum behind it would make an answer of them that looks like one.
 */
export function openSound(net: string, overrides: Overrides = {}): Imported {
  const imported = openImported(net, overrides);
  const unsound = unsoundWeights(imported.params);
  if (unsound !== undefined) throw new NetError(`${net} cannot be used: ${unsound}.`);
  return imported;
}

/** The net that an argument names, text or model file, with shapes and costs. */
export const graphOf = (net: string, overrides: Overrides = {}): InferredGraph =>
  namesModelFile(net) ? openImported(net, overrides).graph : buildGraph(openSource(net, overrides));
