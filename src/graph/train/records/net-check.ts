// Whole steps of a net against a record: most tensors must keep a bound, all a wider one.
import { elements, type Shape } from '../../../gpu-kernels/shape.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { nhwcToNchw } from '../../ir/reference.ts';
import { rangeName } from '../fake-quant-form.ts';
import type { StepResult } from '../backend.ts';
import type { NetRecord } from './net-record.ts';
import { checksum } from './random.ts';
import type { Findings } from './report.ts';

/** Comparisons of many tensors at once: most must keep a bound, all a wider one. */
export class NetCheck {
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
    findings.hold('loss', result.loss, step0.loss, this.bound('loss', 1e-5) * Math.abs(step0.loss));
    const [l2 = 0, dot = 0, , , ...first] = step0.output;
    const output = this.#checksum('output', result.output);
    const outputBound = this.bound('output', 1e-4) * l2;
    findings.hold('output, l2', output.l2, l2, outputBound);
    findings.hold('output, dot', output.dot, dot, outputBound);
    first.forEach((value, i) => findings.hold(`output ${i}`, result.output[i] as number, value, outputBound));
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

  /**
   * A bound, or twice the distance that the reference's own float32 runs have where values are rounded to a grid: there the float64 number
   * itself hangs on ties, such as the mean of four bytes, that its own rounding noise decides.
   */
  bound(what: 'loss' | 'losses' | 'output' | 'eval_loss', least: number): number {
    const { fake_quant: quant, float32 } = this.record;
    return Math.max(least, quant ? 2 * (float32[what] ?? 0) : 0);
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

  /** Ends of the rounding points' ranges, to a hundredth of their width: a float32 run rounds a few values to the other neighbour. */
  ranges(graph: InferredGraph, state: ReadonlyMap<string, Float32Array>): void {
    const pool = graph.nodes.find(({ op }) => op === 'mean')?.id;
    for (const [point, [low, high]] of Object.entries(this.record.ranges ?? {})) {
      [low, high].forEach((wanted, i) => {
        const found = state.get(rangeName(point === 'pool' && pool !== undefined ? pool : point))?.[i] ?? NaN;
        this.findings.hold(`range of ${point}, ${i === 0 ? 'low' : 'high'}`, found, wanted, 1e-2 * (high - low));
      });
    }
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
