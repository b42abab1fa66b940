// Entry of the worker that holds a model file for whoever looks at its own nodes: it places what is shown, reads tensors when they are asked for, and
// judges what another runtime makes of the file.
import * as Comlink from 'comlink';
import { convertModel, type Conversion } from '../graph/formats/convert/convert.ts';
import { fromNode, toNode } from '../graph/formats/convert/values.ts';
import { farthest } from '../graph/inspect/read-back.ts';
import { generateTensor } from '../graph/inspect/golden.ts';
import { runReference } from '../graph/ir/reference.ts';
import { arranged, type FileArrangement } from '../graph/formats/model/arrange.ts';
import { outlineOf, type Outline } from '../graph/formats/model/outline.ts';
import { ModelError, type Model } from '../graph/formats/model/model.ts';
import { decoded, type Tensor } from '../graph/formats/model/tensor.ts';
import { writeNpy } from '../graph/formats/npy.ts';
import { openModel } from '../graph/formats/open.ts';

export interface ReadTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

/** What another runtime is asked: one input in the file's own layout. */
export interface Question {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Calls reject with Error, whose message is a sentence. */
export interface ModelCalls {
  open(file: File, companions: readonly File[]): Promise<Outline>;
  arrange(folded: ReadonlySet<number>): Promise<FileArrangement>;
  tensor(key: string): Promise<ReadTensor>;
  npy(key: string): Promise<Uint8Array>;
  question(): Promise<Question>;
  /** Largest difference of another runtime's answers to {@link question} from the reference's, in standard deviations. */
  judge(answers: Readonly<Record<string, Float32Array>>): Promise<number>;
}

let held: { readonly model: Model; readonly outline: Outline } | undefined;
const opened = () => {
  if (!held) throw new Error('No file is open.');
  return held;
};

function tensorOf(key: string): Tensor {
  const constant = opened().model.constants.get(key);
  if (!constant) throw new Error('This value is computed when the net runs; the file holds none.');
  try {
    return decoded(constant);
  } catch (error) {
    throw error instanceof ModelError ? new Error(error.message) : error;
  }
}

function converted(): Conversion {
  const made = convertModel(opened().model);
  if (!('graph' in made))
    throw new Error('The file has nodes without an operator here, so there is nothing to compare.');
  return made;
}

const questionOf = ({ inputs }: Conversion): Question => {
  const [input] = inputs;
  if (!input || inputs.length > 1 || input.stored)
    throw new Error('Only nets with one input of real numbers are compared with another runtime.');
  return { name: input.name, shape: input.shape, data: generateTensor('check', input.name, input.shape) };
};

function judged(answers: Readonly<Record<string, Float32Array>>): number {
  const net = converted();
  const { graph, params, inputs, outputs } = net;
  const { shape, data } = questionOf(net);
  const given = new Map([[inputs[0]!.node, toNode(inputs[0]!, { type: 'float32', shape, data })]]);
  const values = runReference(graph, params, given);
  const compared = outputs.filter(({ name, stored }) => !stored && answers[name] !== undefined);
  if (compared.length === 0) throw new Error('The net has no output of real numbers to compare.');
  return Math.max(
    ...compared.map((place) => {
      const own = fromNode(place, values.get(place.node)!).data as Float32Array;
      return farthest(own, answers[place.name]!);
    }),
  );
}

const calls: ModelCalls = {
  async open(file, companions) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const beside = new Map(companions.map((one) => [one.name, one]));
    const model = openModel(bytes, (name) => {
      const one = beside.get(name);
      return one && new Uint8Array(new FileReaderSync().readAsArrayBuffer(one));
    });
    const outline = outlineOf(model);
    held = { model, outline };
    return outline;
  },
  arrange: (folded) => Promise.resolve(arranged(opened().outline, folded)),
  tensor(key) {
    const { shape, data } = tensorOf(key);
    const values = data instanceof Float64Array ? data.slice() : Float32Array.from(data);
    return Promise.resolve(Comlink.transfer({ shape, values }, [values.buffer]));
  },
  npy(key) {
    const bytes = writeNpy(tensorOf(key));
    return Promise.resolve(Comlink.transfer(bytes, [bytes.buffer]));
  },
  question: () => Promise.resolve(questionOf(converted())),
  judge: (answers) => Promise.resolve(judged(answers)),
};
Comlink.expose(calls);
