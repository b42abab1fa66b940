// What was chosen by measurement on this device, tunings and edited kernels, and the plans that follow from it: used by every job, kept from visit to visit.
import * as v from 'valibot';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Capabilities, Precision } from '../../gpu-kernels/kernel.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { kernelEditSchema, withEdits, type KernelEdit } from '../../graph/plan/kernel-edits.ts';
import { makePlan, planSteps, type PlanOptions } from '../../graph/plan/make-plan.ts';
import { choicesOf, tuningSchema, type Choices, type Tuning } from '../../graph/plan/tuning.ts';
import type { MemoryLimits } from '../../graph/plan/memory.ts';
import type { Plan } from '../../graph/plan/plan.ts';

const chosen = v.object({ tunings: v.array(tuningSchema), edits: v.array(kernelEditSchema) });

/** The newest first. */
export type Chosen = v.InferOutput<typeof chosen>;

interface AdapterNames {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

/** Where choices outlive the page; keys name an adapter under a browser. */
export interface ChoiceStore {
  read(key: string): Promise<unknown>;
  write(key: string, chosen: Chosen): Promise<void>;
}

/** More would only be slower to look through; the oldest go. */
const most = { tunings: 40, edits: 100 } as const;

export type TunedEntry = Tuning['entries'][number];

export class DeviceChoices {
  private chosen: Chosen = { tunings: [], edits: [] };
  private key = '';

  constructor(
    private readonly store?: ChoiceStore,
    private readonly browser = '',
  ) {}

  /** Reads what is kept for an adapter. What does not read as choices, or cannot be read, counts as none. */
  async load({ vendor, architecture, device, description }: AdapterNames): Promise<void> {
    const key = [vendor, architecture, device, description, this.browser].join('/');
    if (key === this.key) return;
    this.key = key;
    const stored: unknown = await this.store?.read(key).catch(() => undefined);
    const read = v.safeParse(chosen, stored);
    this.chosen = read.success ? read.output : { tunings: [], edits: [] };
  }

  get all(): Chosen {
    return this.chosen;
  }

  /** Takes a finished tuning; older ones that say nothing beyond it go. Rejects where the browser stores nothing: it holds until the page is closed. */
  keepTuning(tuning: Tuning): Promise<void> {
    const keys = new Set(tuning.entries.map(({ key }) => key));
    const others = this.chosen.tunings.filter(({ entries }) => entries.some(({ key }) => !keys.has(key)));
    return this.keep({ ...this.chosen, tunings: [tuning, ...others].slice(0, most.tunings) });
  }

  /** Takes an edited kernel in the place of an earlier edit of the same text. */
  keepEdit(edit: KernelEdit): Promise<void> {
    const others = this.chosen.edits.filter(({ original }) => original !== edit.original);
    return this.keep({ ...this.chosen, edits: [edit, ...others].slice(0, most.edits) });
  }

  revertEdit(original: string): Promise<void> {
    return this.keep({ ...this.chosen, edits: this.chosen.edits.filter((edit) => edit.original !== original) });
  }

  forgetTunings(): Promise<void> {
    return this.keep({ ...this.chosen, tunings: [] });
  }

  private keep(next: Chosen): Promise<void> {
    this.chosen = next;
    return this.store?.write(this.key, next) ?? Promise.resolve();
  }

  /** What is known of each step, the newest word first; entries of tunings that lost their race among them. */
  entries(): ReadonlyMap<string, TunedEntry> {
    const newest = [...this.chosen.tunings].reverse().flatMap(({ entries }) => entries);
    return new Map(newest.map((entry) => [entry.key, entry]));
  }

  /** Kernels for these steps: of each step's newest tuning, if it won its race and its candidates are what they were. */
  choicesFor(steps: readonly Step[], caps: Capabilities, precision: Precision): Choices {
    const [first] = this.chosen.tunings;
    if (!first) return new Map();
    const decided = new Map<string, { readonly entry: TunedEntry; readonly kept: boolean }>();
    for (const { entries, race } of [...this.chosen.tunings].reverse())
      for (const entry of entries) decided.set(entry.key, { entry, kept: race.kept });
    const entries = [...decided.values()].flatMap(({ entry, kept }) => (kept ? [entry] : []));
    return choicesOf({ ...first, entries, race: { ...first.race, kept: true } }, steps, caps, precision).choices;
  }
}

/** The part of an opened device that plans follow from. */
export interface PlanningDevice {
  readonly capabilities: Capabilities;
  readonly limits: MemoryLimits;
  readonly choices?: DeviceChoices;
}

/** The plan of a net as this device runs it: with what was chosen on it. Throws as {@link makePlan}. */
export function planOn(
  { capabilities: caps, limits, choices }: PlanningDevice,
  graph: InferredGraph,
  options: Pick<PlanOptions, 'precision' | 'keep'> = {},
): Plan {
  const all: PlanOptions = { caps, limits, ...options };
  if (!choices) return makePlan(graph, all);
  const kernels =
    choices.all.tunings.length === 0
      ? new Map()
      : choices.choicesFor(planSteps(graph, all).steps, caps, options.precision ?? 'f32');
  return withEdits(makePlan(graph, { ...all, choices: kernels }), choices.all.edits);
}
