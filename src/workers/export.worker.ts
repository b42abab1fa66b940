// Entry of the worker that writes the net on the page as a file of another program, and reads it back: ending it is how writing is given up.
import type { Architecture } from '../graph/architecture.ts';
import { exportOnnx } from '../graph/formats/onnx/export.ts';
import { readBack } from '../graph/inspect/read-back.ts';
import { readSafetensors } from '../graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../graph/formats/safetensors/write.ts';
import { standaloneModule, standalonePage } from '../graph/formats/standalone/write.ts';
import { trialsOf } from '../graph/inspect/trials.ts';
import { exportTflite } from '../graph/formats/tflite/export.ts';
import type { InferredGraph, Params } from '../graph/ir/graph.ts';
import { graphOf, type GivenNet } from '../graph/notation/check.ts';
import { parse } from '../graph/notation/parse.ts';
import { preparationFor } from '../graph/pictures/preprocess.ts';
import { imagenetClasses, parseLabels } from '../graph/tasks/classify/labels.ts';
import type { FoundPreparation } from '../graph/weights/preparation.ts';
import { preparationMetadata } from '../graph/weights/preparation-config.ts';
import { graphParams } from '../graph/weights/weights.ts';
import type { StandaloneRun } from './jobs/files/protocol.ts';
import { fetchKept } from './weights/kept-file.ts';
import type { WeightsRef } from './weights/protocol.ts';
import { fit, openCheckpoint, preparationOf } from './weights/source.ts';

export type FileForm = 'onnx' | 'tflite' | 'safetensors' | 'js' | 'page';

export interface WriteRequest {
  readonly net: GivenNet;
  /** A file with its bytes. */
  readonly weights: WeightsRef;
  readonly form: FileForm;
  /** Of an ONNX file. */
  readonly opset: number;
  /** Address of the names of ImageNet's classes. */
  readonly labels: string;
}

export type WriteAnswer =
  | { readonly kind: 'progress'; readonly what: string }
  /** `found`: what reading it back found, a clause. */
  | { readonly kind: 'written'; readonly bytes: Uint8Array<ArrayBuffer>; readonly found: string }
  /** It stands alone: whoever has the GPU runs it before it is offered. */
  | { readonly kind: 'to-run'; readonly run: StandaloneRun }
  /** A sentence. */
  | { readonly kind: 'failed'; readonly message: string };

const tell = (answer: WriteAnswer, transfer: Transferable[] = []): void => self.postMessage(answer, { transfer });

interface Net {
  readonly graph: InferredGraph;
  readonly params: Params;
  readonly preparation: FoundPreparation | undefined;
  readonly labels: readonly string[] | undefined;
}

async function opened({ net, weights, labels }: WriteRequest): Promise<Net> {
  const graph = graphOf(net);
  if (!graph) throw new Error('this text does not make a net; mend its errors first');
  if (weights.kind === 'file' && !weights.bytes) throw new Error(`"${weights.name}" is no longer here; drop it again`);
  const checkpoint = await openCheckpoint(weights as Parameters<typeof openCheckpoint>[0]);
  const fitted = fit(checkpoint, graph);
  if ('mismatch' in fitted) throw new Error(`its weights do not fit: ${fitted.mismatch.join(' ')}`);
  const { params } = fitted;
  const architecture: Architecture = parse('text' in net ? net.text : '').architecture;
  const preparation = preparationOf(checkpoint, params, { architecture, name: net.name }, weights);
  const classes = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1);
  const isImagenet = checkpoint.facts.imagenet && classes === imagenetClasses;
  const response = isImagenet && !preparation?.labels ? await fetchKept(labels).catch(() => undefined) : undefined;
  const names = response?.ok ? parseLabels(await response.text(), imagenetClasses) : undefined;
  return { graph, params, preparation, labels: preparation?.labels ?? names };
}

async function write(request: WriteRequest): Promise<void> {
  const { form } = request;
  tell({ kind: 'progress', what: 'Reading the weights' });
  const { graph, params, preparation, labels } = await opened(request);
  // A guess is not written into a file.
  const known = preparation?.note === undefined ? (preparation?.preprocessing ?? {}) : {};
  tell({ kind: 'progress', what: 'Writing' });
  if (form === 'js' || form === 'page') {
    const [, height, width, channels] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    const isPicture = height !== undefined && width !== undefined && channels !== undefined;
    if (form === 'page' && (!isPicture || graph.inputs.length > 1))
      throw new Error('a page of its own looks at pictures, and this net takes something else; the module runs it');
    const own = isPicture && preparationFor([channels, height, width], preparation?.preprocessing ?? {});
    const options = { ...(own && { preparation: own }), labels };
    const text = (form === 'js' ? standaloneModule : standalonePage)(graph, params, options);
    tell({ kind: 'progress', what: 'Computing what it should answer' });
    const { all, units } = trialsOf(graph, params);
    const trials = all.map(({ inputs, outputs }) => ({
      inputs,
      expected: graph.outputs.map((id) => outputs.get(id)!),
    }));
    return tell({ kind: 'to-run', run: { text, trials, units: graph.outputs.map((id) => units.get(id)!) } });
  }
  const { bytes, found } = written(request, { graph, params }, preparationMetadata(known));
  tell({ kind: 'written', bytes: bytes as Uint8Array<ArrayBuffer>, found }, [bytes.buffer as ArrayBuffer]);
}

function written(
  { form, opset }: WriteRequest,
  { graph, params }: Pick<Net, 'graph' | 'params'>,
  metadata: Readonly<Record<string, string>>,
): { readonly bytes: Uint8Array; readonly found: string } {
  if (form === 'safetensors') {
    const values = graphParams(graph).map(({ name, shape }) => [name, { shape, values: params.get(name)! }] as const);
    const bytes = writeSafetensors(new Map(values), metadata);
    const { tensors } = readSafetensors(bytes);
    if (values.some(([name, { shape }]) => String(tensors.get(name)?.shape) !== String(shape)))
      throw new Error('it reads back with other tensors');
    return { bytes, found: `read back, ${tensors.size} tensors` };
  }
  const bytes = form === 'onnx' ? exportOnnx(graph, params, metadata, opset) : exportTflite(graph, params, metadata);
  tell({ kind: 'progress', what: 'Reading it back and comparing answers' });
  const worst = readBack(graph, params, bytes);
  return { bytes, found: `read back and run, largest difference ${worst.toExponential(1)} standard deviations` };
}

self.addEventListener('message', ({ data }: MessageEvent<WriteRequest>) => {
  write(data).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: 'failed', message: `${data.net.name} cannot be written so: ${message.replace(/\.$/, '')}.` });
  });
});
