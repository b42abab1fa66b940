// One net under quantization: its float form, the pictures, the calibrations, and the questions that can be asked of them.
import { print } from '../../../graph/notation/print.ts';
import { parse } from '../../../graph/notation/parse.ts';
import type { InferredGraph, Params } from '../../../graph/ir/graph.ts';
import { calibrate, watchedValues, type Calibration } from '../../../graph/quant/calibrate.ts';
import { agreementOf, Noise, type Agreement } from '../../../graph/quant/compare.ts';
import { equalize } from '../../../graph/quant/equalize.ts';
import { writeQuantized, type NetFacts } from '../../../graph/quant/file.ts';
import { foldNet, type FoldedNet } from '../../../graph/quant/fold.ts';
import { layerId, whyFloat } from '../../../graph/quant/layers.ts';
import { calibrationMethods, type CalibrationMethod } from '../../../graph/quant/observers.ts';
import { isInteger, quantizeNet, type QuantizedNet, type Recipe } from '../../../graph/quant/quantize.ts';
import { partialQuantization, rankLayers, type Sensitivity, type Subject } from '../../../graph/quant/sensitivity.ts';
import { clippedShare, spreadOf } from '../../../graph/quant/spread.ts';
import type { OpenDevice } from '../../engine/device.ts';
import { compareWithoutGpu } from './without-gpu.ts';
import { logitsOf, runnerOf, type Pause, type RunnableNet } from './run.ts';
import type {
  Assessment,
  BenchLayer,
  CalibratedSpread,
  CalibratorRow,
  ComparedNets,
  KeptFloat,
  LayerNoise,
  Treatment,
} from './protocol.ts';
import { measureVerdict } from './verdict.ts';

export interface BenchNet {
  /** Identity of the net. */
  readonly hash: string;
  readonly graph: InferredGraph;
  readonly params: Params;
  readonly facts: Omit<NetFacts, 'architecture'> & { readonly text: string };
}

export interface BenchHooks {
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** What is going on, and 0 … 1 of the whole. */
  readonly onProgress: (what: string, share: number) => void;
}

/** Runs of one profile in each arithmetic. */
const verdictRuns = (software: boolean): number => (software ? 3 : 15);

export class QuantizeBench {
  readonly layers: readonly BenchLayer[];
  private equalized: FoldedNet | undefined;
  private readonly calibrations = new Map<boolean, Calibration>();
  private logits: readonly Float32Array[] | undefined;
  /** The last net that was made, or the one of a file, and the recipe that it is of. */
  private made: { readonly key: string; readonly net: QuantizedNet } | undefined;
  private fromFile: { readonly key: string; readonly net: QuantizedNet } | undefined;

  constructor(
    private readonly net: BenchNet,
    /** Undefined: on the CPU. Set anew after the device was lost. */
    public open: OpenDevice | undefined,
    /** Prepared pictures. */
    private readonly inputs: readonly Float32Array[] = [],
    private readonly folded: FoldedNet = foldNet(net.graph, net.params),
  ) {
    this.layers = this.folded.program.steps.map((step) => {
      const why = whyFloat(step);
      return { id: layerId(step), op: step.family, ...(why !== undefined && { whyFloat: why }) };
    });
  }

  get hash(): string {
    return this.net.hash;
  }

  /** The same net with other pictures: work under way keeps those that it began with. */
  withPictures(inputs: readonly Float32Array[]): QuantizeBench {
    const next = new QuantizeBench(this.net, this.open, inputs, this.folded);
    next.equalized = this.equalized;
    next.fromFile = this.fromFile;
    return next;
  }

  /** A net out of a file, for its own recipe. */
  useFile(net: QuantizedNet | undefined): void {
    this.fromFile = net && { key: keyOf(net.recipe), net };
  }

  /** Calibrates, then tries every method. */
  async compare(treatment: Treatment, hooks: BenchHooks): Promise<CalibratorRow[]> {
    const calibration = await this.calibrated(treatment.equalized, part(hooks, 0, 0.35));
    const reference = await this.reference(part(hooks, 0.35, 0.4));
    const rows: CalibratorRow[] = [];
    for (const [i, method] of calibrationMethods.entries()) {
      const own = part(
        hooks,
        0.4 + (0.6 * i) / calibrationMethods.length,
        0.4 + (0.6 * (i + 1)) / calibrationMethods.length,
      );
      const net = quantizeNet(this.foldedFor(treatment.equalized), calibration.ranges(method), {
        ...treatment,
        calibration: method,
        pictures: this.inputs.length,
        float: [],
      });
      const logits = await this.answers({ kind: 'int8', net }, `Trying ${method}`, own);
      // The means stay here: the page draws ends only.
      const ranges = new Map(
        [...calibration.ranges(method)].map(([id, { low, high }]) => [id, { low, high }] as const),
      );
      rows.push({ method, agreement: agreementOf(reference, logits), ranges });
    }
    return rows;
  }

  /** Throws RangeError for a value that was not watched. */
  spread(value: string, equalized: boolean): CalibratedSpread {
    const observer = this.calibrations.get(equalized)?.observers.get(value);
    if (!observer) throw new RangeError(`the value "${value}" was not calibrated`);
    const clipped = calibrationMethods.map(
      (method) => [method, clippedShare(observer, observer.range(method))] as const,
    );
    return { ...spreadOf(observer), clipped: new Map(clipped) };
  }

  async agreement(recipe: Recipe, hooks: BenchHooks): Promise<Agreement> {
    const net = await this.quantized(recipe, part(hooks, 0, 0.4));
    const reference = await this.reference(part(hooks, 0.4, 0.5));
    return agreementOf(reference, await this.answers({ kind: 'int8', net }, 'Running int8', part(hooks, 0.5, 1)));
  }

  /** Signal to noise of every layer that both nets store, and agreement of the answers. */
  async assess(recipe: Recipe, hooks: BenchHooks): Promise<Assessment> {
    const net = await this.quantized(recipe, part(hooks, 0, 0.3));
    const own = part(hooks, 0.3, 1);
    const [output] = this.folded.program.outputs;
    const ids = this.layers.map(({ id }) => id).filter((id) => !id.includes('#') && id !== output?.value.id);
    const node = output?.node as string;
    const noises = new Map(ids.map((id) => [id, new Noise()]));
    const last = new Noise();
    const reference: Float32Array[] = [];
    const found: Float32Array[] = [];
    // An equalised net's channels are scaled: its layers are compared with those of its own float form.
    const float = this.foldedFor(recipe.equalized);
    const runners = [
      await runnerOf({ kind: 'float', net: float }, this.open, ids, hooks.pause),
      await runnerOf({ kind: 'int8', net }, this.open, ids, hooks.pause),
    ] as const;
    try {
      for (const [i, input] of this.inputs.entries()) {
        own.onProgress('Comparing layers', i / this.inputs.length);
        const [a, b] = [await runners[0].run(input), await runners[1].run(input)];
        for (const [id, noise] of noises) {
          const [signal, noisy] = [a.get(id), b.get(id)];
          if (signal && noisy) noise.add(signal, noisy);
        }
        const [x, y] = [a.get(node) as Float32Array, b.get(node) as Float32Array];
        last.add(x, y);
        reference.push(x);
        found.push(y);
      }
    } finally {
      for (const runner of runners) runner.end();
    }
    const sqnr = (id: string): number | undefined => (id === output?.value.id ? last : noises.get(id))?.sqnrDb;
    const layers = this.folded.program.steps.flatMap((step, i): LayerNoise[] => {
      const layer = this.layers[i] as BenchLayer;
      const sqnrDb = sqnr(layer.id);
      return sqnrDb === undefined ? [] : [{ ...layer, integer: isInteger(net, step), sqnrDb }];
    });
    return { agreement: agreementOf(reference, found), layers };
  }

  async rank(recipe: Recipe, hooks: BenchHooks): Promise<Sensitivity[]> {
    const subject = await this.subject(recipe, part(hooks, 0, 0.1));
    const own = part(hooks, 0.1, 1);
    return rankLayers(subject, (done, total) => own.onProgress(`Layer ${done} of ${total}`, done / total));
  }

  async until(recipe: Recipe, ranking: readonly string[], target: number, hooks: BenchHooks): Promise<KeptFloat> {
    const subject = await this.subject(recipe, part(hooks, 0, 0.1));
    // Doubling and halving: about two evaluations for each power of two.
    const most = 2 * Math.ceil(Math.log2(ranking.length + 1)) + 1;
    let tried = 0;
    const own = part(hooks, 0.1, 1);
    const { float, net, agreement, met } = await partialQuantization(
      {
        ...subject,
        evaluate: (candidate) => {
          own.onProgress(`${candidate.recipe.float.length} layers in float`, Math.min(0.99, tried++ / most));
          return subject.evaluate(candidate);
        },
      },
      ranking,
      target,
    );
    this.made = { key: keyOf(net.recipe), net };
    return { float, agreement, met };
  }

  async verdict(recipe: Recipe, hooks: BenchHooks): Promise<ComparedNets> {
    const net = await this.quantized(recipe, part(hooks, 0, 0.1));
    const own = part(hooks, 0.1, 1);
    const { graph, params } = this.net;
    if (this.open)
      return measureVerdict(
        this.open,
        { graph, params, net, inputs: this.inputs },
        {
          runs: verdictRuns(this.open.adapter.software),
          signal: hooks.signal,
          onProgress: (share) => own.onProgress('Timing each arithmetic in turns', share),
        },
      );
    const reference = await this.reference(part(own, 0, 0.3));
    const logits = await this.answers({ kind: 'int8', net }, 'Running int8', part(own, 0.3, 1));
    return compareWithoutGpu(graph, net, agreementOf(reference, logits));
  }

  async save(recipe: Recipe, hooks: BenchHooks): Promise<Uint8Array> {
    const net = await this.quantized(recipe, hooks);
    const { text, ...facts } = this.net.facts;
    return writeQuantized(net, { ...facts, architecture: print(parse(text).architecture) });
  }

  /** Logits of all pictures. */
  private async answers(net: RunnableNet, what: string, hooks: BenchHooks): Promise<readonly Float32Array[]> {
    hooks.onProgress(what, 0);
    return logitsOf(net, this.open, this.inputs, hooks.pause);
  }

  private async reference(hooks: BenchHooks): Promise<readonly Float32Array[]> {
    return (this.logits ??= await this.answers({ kind: 'float', net: this.folded }, 'Running float32', hooks));
  }

  private foldedFor(equalized: boolean): FoldedNet {
    return equalized ? (this.equalized ??= equalize(this.folded)) : this.folded;
  }

  private async calibrated(equalized: boolean, hooks: BenchHooks): Promise<Calibration> {
    const known = this.calibrations.get(equalized);
    if (known) return known;
    const net = this.foldedFor(equalized);
    hooks.onProgress('Calibrating', 0);
    const runner = await runnerOf({ kind: 'float', net }, this.open, watchedValues(net), hooks.pause);
    try {
      const calibration = await calibrate(net, (input) => runner.run(input), this.inputs, {
        onPicture: (done, total) => hooks.onProgress('Calibrating', done / total),
      });
      this.calibrations.set(equalized, calibration);
      return calibration;
    } finally {
      runner.end();
    }
  }

  private async quantized(recipe: Recipe, hooks: BenchHooks): Promise<QuantizedNet> {
    const key = keyOf(recipe);
    for (const known of [this.fromFile, this.made]) if (known?.key === key) return known.net;
    const calibration = await this.calibrated(recipe.equalized, hooks);
    const ranges = calibration.ranges(recipe.calibration as CalibrationMethod);
    const net = quantizeNet(this.foldedFor(recipe.equalized), ranges, recipe);
    this.made = { key, net };
    return net;
  }

  private async subject(recipe: Recipe, hooks: BenchHooks): Promise<Subject> {
    const calibration = await this.calibrated(recipe.equalized, part(hooks, 0, 0.7));
    return {
      folded: this.foldedFor(recipe.equalized),
      ranges: calibration.ranges(recipe.calibration as CalibrationMethod),
      recipe,
      reference: await this.reference(part(hooks, 0.7, 1)),
      evaluate: (net) => logitsOf({ kind: 'int8', net }, this.open, this.inputs, hooks.pause),
    };
  }
}

const keyOf = ({ calibration, pictures, perChannel, equalized, float }: Recipe): string =>
  JSON.stringify([calibration, pictures, perChannel, equalized, float]);

/** Hooks whose 0 … 1 is `from` … `to` of the others'. */
const part = (hooks: BenchHooks, from: number, to: number): BenchHooks => ({
  ...hooks,
  onProgress: (what, share) => hooks.onProgress(what, from + (to - from) * share),
});
