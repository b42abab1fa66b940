// Records of whole nets: a few steps of training, held against PyTorch's float64 within the bounds of the contract.
import { elements, type Shape } from '../../../gpu-kernels/shape.ts';
import { generateTensor } from '../../inspect/golden.ts';
import { withBatch } from '../../ir/batch.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { nchwToNhwc, runReference } from '../../ir/reference.ts';
import { addFakeQuantized, type FakeQuant } from '../fake-quant-form.ts';
import { lossOf } from '../loss-value.ts';
import { targetsOf } from '../loss.ts';
import { runNodes } from '../run.ts';
import { trainableParameters, trainGraph } from '../train-graph.ts';
import { TrainNodes } from '../train-nodes.ts';
import type { RecordBackend } from './backend.ts';
import { NetCheck } from './net-check.ts';
import type { NetRecord } from './net-record.ts';
import { symmetric } from './random.ts';
import { Findings, type TrainReport } from './report.ts';
import { recordTargets } from './targets.ts';

/** What builds the net of a record: a preset's name or a text, at one picture. */
export type BuildNet = (record: Pick<NetRecord, 'preset' | 'arch' | 'model'>) => InferredGraph;

export async function checkNet(record: NetRecord, backend: RecordBackend, build: BuildNet): Promise<TrainReport> {
  const findings = new Findings();
  const { salt, batch, loss, classes } = record;
  const graph = withBatch(build(record), batch);
  const start = new Map<string, Float32Array>();
  for (const { params } of graph.facts.values())
    for (const { name, shape: own } of params) start.set(name, generateTensor(salt, name, own));
  const trained = trainableParameters(graph, record.trainable ?? undefined);
  checkNames(record, trained, findings);
  const { fake_quant: quant } = record;
  const fakeQuant = quant ? { bn: quant.bn, emaDecay: quant.ema_decay } : undefined;
  const train = trainGraph(graph, {
    loss,
    ...(fakeQuant && { fakeQuant }),
    inputGradient: record.step0.input_grad !== undefined,
    ...(record.trainable && { trainable: record.trainable }),
  });
  for (const update of train.updates) if ('replaces' in update) start.set(update.name, new Float32Array(2).fill(NaN));
  const trainer = await backend.trainer(train, start, {
    optimizer: record.optimizer,
    clipNorm: record.clip_norm ?? undefined,
    ema: record.ema?.decay,
  });
  const inputShape = graph.facts.get(train.input)?.shape as Shape;
  const picture = (b: number): Float32Array =>
    nchwToNhwc(symmetric(salt, `input.${b}`, elements(inputShape)), inputShape);
  const targets = (b: number) => recordTargets(salt, `.${b}`, targetsOf(loss), batch, classes);
  const chaotic = new Set(record.chaotic ?? []);
  const check = new NetCheck(record, findings, chaotic);
  for (const [t, lr] of record.lr.entries()) {
    const b = t % record.batches;
    const result = await trainer.step(picture(b), targets(b), lr);
    if (t === 0) check.firstStep(result, inputShape);
    const wanted = record.losses[t];
    if (wanted !== undefined)
      findings.hold(
        `loss of step ${t}`,
        result.loss,
        wanted,
        check.bound('losses', chaotic.size > 0 ? 1e-2 : 1e-3) * Math.abs(wanted),
      );
    if (t === 0) check.deltas('after1', 1, start, (await trainer.tensors()).state);
  }
  const { state, averages } = await trainer.tensors();
  trainer.destroy?.();
  check.deltas('afterK', record.lr.length, start, state);
  if (record.eval) {
    const output = evaluate(graph, state, picture(0), fakeQuant);
    const { value } = lossOf(loss, output, targets(0), classes);
    findings.hold(
      'evaluation',
      value,
      record.eval.loss,
      check.bound('eval_loss', chaotic.size > 0 ? 1e-2 : 2e-3) * Math.abs(record.eval.loss),
    );
  }
  if (record.ema_weights) check.averages(averages);
  if (!chaotic.has('afterK')) check.ranges(graph, state);
  return findings.report();
}

/** The net's outputs in inference mode. */
function evaluate(
  graph: InferredGraph,
  state: ReadonlyMap<string, Float32Array>,
  picture: Float32Array,
  fakeQuant: FakeQuant | undefined,
): Float32Array {
  const output = graph.outputs[0] as string;
  if (!fakeQuant) return runReference(graph, state, picture).get(output) as Float32Array;
  const g = new TrainNodes();
  addFakeQuantized(g, graph, fakeQuant, true);
  return runNodes(g, new Map([...state, [graph.inputs[0] as string, picture]]), [output]).get(output) as Float32Array;
}

function checkNames({ parameters }: NetRecord, trained: ReadonlyMap<string, Shape>, findings: Findings): void {
  const wanted = new Map(parameters.map(([name, own]) => [name, own.join()]));
  const missing = [...wanted].filter(([name, own]) => trained.get(name)?.join() !== own).map(([name]) => name);
  const more = [...trained.keys()].filter((name) => !wanted.has(name));
  if (missing.length > 0) findings.fail(`not trained here: ${missing.slice(0, 4).join(', ')} (${missing.length})`);
  if (more.length > 0) findings.fail(`trained here only: ${more.slice(0, 4).join(', ')} (${more.length})`);
}
