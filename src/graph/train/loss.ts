// The losses that a net can be trained on, as data: what a recipe or a record names.
import * as v from 'valibot';

const finite = v.pipe(v.number(), v.finite());
const positive = v.pipe(finite, v.gtValue(0, 'must be above 0'));
const share = v.pipe(finite, v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

export const lossSchema = v.variant('name', [
  /** Cross-entropy on labels; `label_smoothing` s makes targets (1 − s)·onehot + s/C. */
  v.strictObject({ name: v.literal('ce'), label_smoothing: v.optional(share, 0) }),
  /** Cross-entropy on softmax(teacher). */
  v.strictObject({ name: v.literal('soft_ce') }),
  /** Distillation (arXiv 1503.02531): T²·KL of softmax(teacher / T) from softmax(z / T). */
  v.strictObject({ name: v.literal('kl'), temperature: v.optional(positive, 1) }),
  /** Dataset reinforcement (arXiv 2303.08983 §3): KL from the k largest of the teacher's probabilities. */
  v.strictObject({ name: v.literal('kl_sparse'), k: count, mode: v.picklist(['smooth', 'zeros']) }),
  /** Landmarks with a tough and a tolerant teacher. */
  v.strictObject({ name: v.literal('kd_landmark') }),
  /** 1 − concordance correlation, mean over the columns. */
  v.strictObject({ name: v.literal('ccc') }),
  v.strictObject({ name: v.literal('mse') }),
  v.strictObject({ name: v.literal('l1') }),
  v.strictObject({ name: v.literal('smooth_l1'), beta: v.optional(positive, 1) }),
  /** RetinaNet's sigmoid focal loss (arXiv 1708.02002 §3.2), summed over the classes. */
  v.strictObject({
    name: v.literal('focal'),
    alpha: v.optional(share, 0.25),
    gamma: v.optional(v.pipe(finite, v.minValue(0)), 2),
  }),
]);
export type Loss = v.InferOutput<typeof lossSchema>;

/** What a batch is held against. */
export type TargetName = 'label' | 'teacher' | 'target' | 'tough' | 'tolerant';

/** Targets by name: `label` has one class index a row, the others `[rows, columns]` numbers. */
export type Targets = Readonly<Partial<Record<TargetName, ArrayLike<number>>>>;

const needs: Readonly<Record<Loss['name'], readonly TargetName[]>> = {
  ce: ['label'],
  focal: ['label'],
  soft_ce: ['teacher'],
  kl: ['teacher'],
  kl_sparse: ['teacher'],
  kd_landmark: ['target', 'tough', 'tolerant'],
  ccc: ['target'],
  mse: ['target'],
  l1: ['target'],
  smooth_l1: ['target'],
};
export const targetsOf = (loss: Loss): readonly TargetName[] => needs[loss.name];

/** Values of the target `name` for `rows` of `columns` outputs. */
export const targetLength = (name: TargetName, rows: number, columns: number): number =>
  name === 'label' ? rows : rows * columns;
