// Records of whole nets: a few steps of training, held against PyTorch's float64 within the bounds of the contract.
import * as v from 'valibot';
import { elements, type Shape } from '../../../gpu-kernels/shape.ts';
import { generateTensor } from '../../inspect/golden.ts';
import { withBatch } from '../../ir/batch.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { nchwToNhwc, nhwcToNchw, runReference } from '../../ir/reference.ts';
import { lossOf } from '../loss-value.ts';
import { lossSchema, targetsOf } from '../loss.ts';
import { optimizerSchema } from '../optimizer.ts';
import { trainableParameters, trainGraph } from '../train-graph.ts';
import { CpuTrainer, type StepResult } from '../trainer.ts';
import { checksum, symmetric } from './random.ts';
import { Findings, type TrainReport } from './report.ts';
import { recordTargets } from './targets.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));
const shape = v.pipe(v.array(count), v.maxLength(8));
const named = v.array(v.tuple([v.string(), shape]));
const sums = v.pipe(v.array(v.number()), v.minLength(2));
const indices = v.array(v.number());
const after = v.object({ steps: v.optional(count), delta: v.array(sums), buffers: v.array(sums) });

export const netRecord = v.object({
  format: v.literal('bottleneck-train-1'),
  model: v.string(),
  preset: v.optional(v.string()),
  arch: v.optional(v.string()),
  salt: v.string(),
  batch: count,
  batches: count,
  input_size: count,
  classes: count,
  loss: lossSchema,
  optimizer: optimizerSchema,
  lr: v.pipe(v.array(v.number()), v.minLength(1)),
  clip_norm: v.nullish(v.number()),
  ema: v.nullish(v.object({ decay: v.number() })),
  trainable: v.nullish(v.array(v.string())),
  fake_quant: v.nullish(v.object({ bn: v.picklist(['frozen', 'batch']), ema_decay: v.number() })),
  parameters: named,
  buffers: named,
  step0: v.object({
    loss: v.number(),
    output: sums,
    grad_norm: v.number(),
    input_grad: v.optional(sums),
    grad: v.array(sums),
  }),
  after1: after,
  afterK: after,
  losses: v.array(v.number()),
  eval: v.optional(v.object({ loss: v.number() })),
  ema_weights: v.optional(v.array(sums)),
  null_gradient: v.optional(indices, []),
  chaotic: v.nullish(v.array(v.string())),
  float32: v.object({
    loose: v.optional(v.object({ grad: indices, after1: indices, afterK: indices })),
  }),
});
export type NetRecord = v.InferOutput<typeof netRecord>;

/** What builds the net of a record: a preset's name or a text, at one picture. */
export type BuildNet = (record: Pick<NetRecord, 'preset' | 'arch' | 'model'>) => InferredGraph;

export function checkNet(record: NetRecord, build: BuildNet): TrainReport {
  const findings = new Findings();
  const { salt, batch, loss, classes } = record;
  const graph = withBatch(build(record), batch);
  const start = new Map<string, Float32Array>();
  for (const { params } of graph.facts.values())
    for (const { name, shape: own } of params) start.set(name, generateTensor(salt, name, own));
  const trained = trainableParameters(graph, record.trainable ?? undefined);
  checkNames(record, trained, findings);
  const train = trainGraph(graph, {
    loss,
    inputGradient: record.step0.input_grad !== undefined,
    ...(record.trainable && { trainable: record.trainable }),
  });
  const trainer = new CpuTrainer(train, start, {
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
  record.lr.forEach((lr, t) => {
    const b = t % record.batches;
    const result = trainer.step(picture(b), targets(b), lr);
    if (t === 0) check.firstStep(result, inputShape);
    const wanted = record.losses[t];
    if (wanted !== undefined)
      findings.hold(`loss of step ${t}`, result.loss, wanted, (chaotic.size > 0 ? 1e-2 : 1e-3) * Math.abs(wanted));
    if (t === 0) check.deltas('after1', 1, start, trainer.state);
  });
  check.deltas('afterK', record.lr.length, start, trainer.state);
  if (record.eval) {
    const values = runReference(graph, trainer.state, picture(0));
    const { value } = lossOf(loss, values.get(train.output) as Float32Array, targets(0), classes);
    findings.hold('evaluation', value, record.eval.loss, (chaotic.size > 0 ? 1e-2 : 2e-3) * Math.abs(record.eval.loss));
  }
  if (record.ema_weights) check.averages(trainer.averages);
  return findings.report();
}

function checkNames({ parameters }: NetRecord, trained: ReadonlyMap<string, Shape>, findings: Findings): void {
  const wanted = new Map(parameters.map(([name, own]) => [name, own.join()]));
  const missing = [...wanted].filter(([name, own]) => trained.get(name)?.join() !== own).map(([name]) => name);
  const more = [...trained.keys()].filter((name) => !wanted.has(name));
  if (missing.length > 0) findings.fail(`not trained here: ${missing.slice(0, 4).join(', ')} (${missing.length})`);
  if (more.length > 0) findings.fail(`trained here only: ${more.slice(0, 4).join(', ')} (${more.length})`);
}

/** Comparisons of many tensors at once: most must keep a bound, all a wider one. */
class NetCheck {
  constructor(
    readonly record: NetRecord,
    readonly findings: Findings,
    readonly chaotic: ReadonlySet<string>,
  ) {}

  #checksum(name: string, values: Float32Array) {
    return checksum(this.record.salt, `probe/${name}`, values);
  }

  firstStep(result: StepResult, inputShape: Shape): void {
    const { record, findings } = this;
    const { step0, parameters } = record;
    findings.hold('loss', result.loss, step0.loss, 1e-5 * Math.abs(step0.loss));
    const [l2 = 0, dot = 0, , , ...first] = step0.output;
    const output = this.#checksum('output', result.output);
    findings.hold('output, l2', output.l2, l2, 1e-4 * l2);
    findings.hold('output, dot', output.dot, dot, 1e-4 * l2);
    first.forEach((value, i) => findings.hold(`output ${i}`, result.output[i] as number, value, 1e-4 * l2));
    findings.hold('gradient norm', result.gradientNorm, step0.grad_norm, this.#slack(1e-3) * step0.grad_norm);
    if (step0.input_grad && result.inputGradient) {
      const found = this.#checksum('input', nhwcToNchw(result.inputGradient, inputShape));
      const [inputL2 = 0, inputDot = 0] = step0.input_grad;
      findings.hold('input gradient, l2', found.l2, inputL2, this.#slack(1e-3) * inputL2);
      findings.hold('input gradient, dot', found.dot, inputDot, this.#slack(1e-3) * inputL2);
    }
    const tight = new Share('gradients', 0.95, findings);
    const wide = new Share('gradients, wide bound', 1, findings);
    const probes = new Share('single gradients', 0.95, findings);
    const none = new Set(record.null_gradient);
    const noise = 1e-7 * step0.grad_norm;
    parameters.forEach(([name, own], i) => {
      const values = result.gradients.get(name);
      const wanted = step0.grad[i];
      if (!values || !wanted) return findings.fail(`gradient of ${name}: nothing was computed`);
      const found = this.#checksum(name, values);
      if (none.has(i))
        return void findings.hold(`gradient of ${name}, which is 0`, found.l2, 0, 1e-5 * step0.grad_norm);
      const [wantedL2 = 0, wantedDot = 0, p0, p1] = wanted;
      const off = Math.max(Math.abs(found.l2 - wantedL2), Math.abs(found.dot - wantedDot));
      if (!this.chaotic.has('grad')) tight.add(name, off, 1e-3 * wantedL2 + noise);
      wide.add(name, off, 2e-2 * wantedL2 + noise);
      if (p0 === undefined || p1 === undefined || this.chaotic.has('grad')) return;
      const size = elements(own);
      const unit = (value: number): number => 5e-3 * Math.max(Math.abs(value), wantedL2 / Math.sqrt(size));
      probes.add(
        `${name} at ${Math.floor(size / 3)}`,
        Math.abs((values[Math.floor(size / 3)] as number) - p0),
        unit(p0),
      );
      probes.add(`${name} at its end`, Math.abs((values[size - 1] as number) - p1), unit(p1));
    });
    for (const share of [tight, wide, probes]) share.close();
  }

  #slack(bound: number): number {
    return this.chaotic.has('grad') ? 2e-2 : bound;
  }

  deltas(
    stage: 'after1' | 'afterK',
    steps: number,
    start: ReadonlyMap<string, Float32Array>,
    now: ReadonlyMap<string, Float32Array>,
  ): void {
    const { record, findings } = this;
    const excepted = new Set([...record.null_gradient, ...(record.float32.loose?.[stage] ?? [])]);
    const chaotic =
      this.chaotic.has(stage) || this.chaotic.has('grad') || (stage === 'afterK' && this.chaotic.has('after1'));
    const share = new Share(`changes after ${steps}`, 0.9, findings);
    if (!chaotic)
      record.parameters.forEach(([name], i) => {
        const [l2 = 0, dot = 0] = record[stage].delta[i] ?? [NaN];
        if (excepted.has(i)) return;
        const before = start.get(name) as Float32Array;
        const change = (now.get(name) as Float32Array).map((value, k) => value - (before[k] as number));
        const found = this.#checksum(name, change);
        const size = Math.sqrt(before.reduce((sum, value) => sum + value * value, 0));
        share.add(
          name,
          Math.max(Math.abs(found.l2 - l2), Math.abs(found.dot - dot)),
          2e-2 * l2 + 1e-7 * Math.sqrt(steps) * size,
        );
      });
    share.close();
    record.buffers.forEach(([name], i) => {
      const [l2 = 0, dot = 0] = record[stage].buffers[i] ?? [NaN];
      const found = this.#checksum(name, now.get(name) ?? new Float32Array());
      const bound = (chaotic ? 1e-2 : 1e-3) * l2;
      findings.hold(`${name} after ${steps}, l2`, found.l2, l2, bound);
      findings.hold(`${name} after ${steps}, dot`, found.dot, dot, bound);
    });
  }

  averages(found: ReadonlyMap<string, Float32Array>): void {
    this.record.parameters.forEach(([name], i) => {
      const [l2 = 0, dot = 0] = this.record.ema_weights?.[i] ?? [NaN];
      const own = this.#checksum(name, found.get(name) ?? new Float32Array());
      this.findings.hold(`averaged ${name}, l2`, own.l2, l2, 1e-3 * l2);
      this.findings.hold(`averaged ${name}, dot`, own.dot, dot, 1e-3 * l2);
    });
  }
}

/** A share of distances that must keep their bounds. */
class Share {
  readonly #beyond: string[] = [];
  #count = 0;

  constructor(
    readonly what: string,
    readonly share: number,
    readonly findings: Findings,
  ) {}

  add(name: string, distance: number, bound: number): void {
    this.#count++;
    const reached = this.findings.measure(`${this.what}, ${name}`, distance, 0, bound);
    if (!(reached <= 1)) this.#beyond.push(`${name} ${reached.toPrecision(2)}×`);
  }

  close(): void {
    if (this.#beyond.length <= (1 - this.share) * this.#count) return;
    const some = this.#beyond.slice(0, 3).join(', ');
    this.findings.fail(`${this.what}: ${this.#beyond.length} of ${this.#count} beyond their bound (${some})`);
  }
}
