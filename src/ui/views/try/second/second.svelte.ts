// A second net beside the page's own, one of those whose weights ship: it is shown the same pictures, and its answers are read like the other's.
import { untrack } from 'svelte';
import type { Architecture } from '../../../../graph/architecture.ts';
import type { InferredGraph } from '../../../../graph/ir/graph.ts';
import { graphOf } from '../../../../graph/notation/check.ts';
import { resolvePreset } from '../../../../graph/presets/resolve.ts';
import { answersOf, outputKind } from '../../../../graph/tasks/classify/outputs.ts';
import type { Answer } from '../../../../graph/tasks/classify/labels.ts';
import { taskOf } from '../../../../graph/tasks/index.ts';
import type { Task } from '../../../../graph/tasks/task.ts';
import { shippedModels } from '../../../../graph/weights/embedded.ts';
import type { NetRequest, OpenedSecond } from '../../../../workers/jobs/vision/protocol.ts';
import { sentence } from '../../../parts/sentence.ts';
import { embeddedChoice, faceFinder } from '../../../weights/choice.ts';
import type { OpenNet } from '../../../weights/open-net.svelte.ts';
import { storedWay } from '../../../weights/way-choice.ts';
import { ClassNames } from '../class-names.svelte.ts';
import type { Seen } from '../looked-at.ts';
import type { TaskSource } from '../tasks/task-state.svelte.ts';
import type { Vision } from '../vision.svelte.ts';

interface Described {
  readonly name: string;
  readonly architecture: Architecture;
  readonly graph: InferredGraph;
  readonly task: Task;
}

/** Nets that see and whose weights ship. */
export const secondNets: readonly string[] = Object.keys(shippedModels).filter((net) => net !== 'yamnet');

export class SecondNet implements TaskSource {
  /** The user's choice. */
  name = $state.raw<string | undefined>(undefined);
  opening = $state.raw<string | undefined>(undefined);
  problem = $state.raw<string | undefined>(undefined);
  #opened = $state.raw<(Described & OpenedSecond) | undefined>(undefined);
  readonly #names = new ClassNames();
  #job: AbortController | undefined;

  readonly seen: Seen | undefined = $derived.by(() => {
    const { seen } = this.vision;
    const other = this.#opened && seen?.second;
    // A classifier's answer has no task, and must not be given the other net's.
    return other && { ...seen, task: undefined, ...other };
  });
  /** Of a classifier, the most probable first. */
  readonly answers: readonly (Answer & { readonly label: string })[] = $derived.by(() => {
    const { seen } = this;
    const opened = this.#opened;
    if (!seen || !opened || seen.task) return [];
    const labels = opened.weights.imagenet ? this.#names.of(seen.logits.length) : opened.weights.preparation?.labels;
    const kind = outputKind(opened.graph);
    if (kind === 'features') return [];
    return answersOf(kind, seen.logits, 3).map((answer) => ({
      ...answer,
      label: labels?.[answer.index] ?? `class ${answer.index}`,
    }));
  });

  constructor(
    readonly vision: Vision,
    readonly first: OpenNet,
  ) {}

  /** It answers. */
  get opened(): boolean {
    return this.#opened !== undefined;
  }
  get session() {
    const { name = '', graph, architecture } = this.#opened ?? {};
    return { hash: name, name, graph, architecture, say: (text: string) => this.vision.session.say(text, 'bad') };
  }
  get net() {
    const opened = this.#opened;
    return {
      weights: { task: opened?.task },
      loaded: opened?.weights,
      preparation: opened?.preparation ?? this.first.preparation,
      status: opened,
      ready: opened !== undefined,
    };
  }

  /** Follows the worker, which forgets this net when it is replaced; call while a component is set up. */
  follow(): void {
    let lost = false;
    $effect(() => {
      const { kind } = this.first.status;
      untrack(() => {
        if (kind === 'failed') {
          lost = this.name !== undefined;
          this.#opened = undefined;
        } else if (kind === 'open' && lost) {
          lost = false;
          void this.use(this.name);
        }
      });
    });
  }

  /** Undefined: none. */
  async use(name: string | undefined): Promise<void> {
    this.#job?.abort();
    const job = (this.#job = new AbortController());
    this.name = name;
    this.#opened = this.problem = undefined;
    this.opening = name && `Opening ${name}`;
    const described = name === undefined ? undefined : describe(name);
    const outcome = await this.first.client.call(
      (calls, ticket) => calls.openSecond(ticket, described && requestOf(described)),
      {
        signal: job.signal,
        onProgress: (what) => {
          if (this.#job === job) this.opening = what;
        },
      },
    );
    if (this.#job !== job) return;
    this.opening = undefined;
    if (!outcome.ok) {
      this.name = undefined;
      this.problem = sentence(outcome.problem.message);
    } else if (described && outcome.value) {
      if (outcome.value.weights.imagenet) await this.#names.load();
      this.#opened = { ...described, ...outcome.value };
      if (!this.vision.camera.on) await this.vision.again();
    }
  }
}

function describe(name: string): Described {
  const own = resolvePreset(name);
  if ('problem' in own) throw new Error(own.problem);
  const graph = graphOf({ name, text: own.text });
  if (!graph) throw new Error(`${name} makes no net`);
  const { architecture } = own;
  return { name, architecture, graph, task: taskOf({ graph, architecture }) };
}

function requestOf({ name, architecture, task }: Described): NetRequest {
  const weights = embeddedChoice(architecture);
  const own = resolvePreset(name);
  if (weights?.kind !== 'embedded' || 'problem' in own) throw new Error(`no weights of ${name} ship`);
  return {
    net: { name, text: own.text },
    weights,
    keep: [],
    way: storedWay(),
    ...(task.kind === 'landmarks' && { finder: faceFinder() }),
  };
}
