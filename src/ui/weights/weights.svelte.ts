// Which weights the net on the page can have: those chosen, those kept in this browser, those that its authors published.
import type { Preprocessing } from '../../graph/pictures/preprocess.ts';
import { taskOf } from '../../graph/tasks/index.ts';
import { namesClasses, type Task } from '../../graph/tasks/task.ts';
import type { VisionClient } from '../../workers/jobs/vision/client.ts';
import type { NetRequest, StoredWeights, WeightsFacts } from '../../workers/jobs/vision/protocol.ts';
import type { Session } from '../state/session.svelte.ts';
import {
  faceFinder,
  embeddedChoice,
  obviousChoice,
  publishedFor,
  type Published,
  type WeightsChoice,
} from './choice.ts';
import { WeightsFetch } from './fetch.svelte.ts';

export class Weights {
  readonly fetching: WeightsFetch;
  choice = $state.raw<WeightsChoice | undefined>(undefined);
  stored = $state.raw<readonly StoredWeights[]>([]);
  readonly published: Published | undefined = $derived.by(() =>
    this.session.file ? undefined : publishedFor(this.session.name, this.session.architecture),
  );
  /** Weights of this net that are here, so that nobody need be asked. */
  readonly obvious: WeightsChoice | undefined = $derived.by(() => {
    const { file, architecture } = this.session;
    if (!file) return obviousChoice(architecture, this.published, this.stored);
    return file.weights && { kind: 'file', file: file.weights, own: true };
  });
  /** The published weights, where they are kept in this browser. */
  readonly kept: StoredWeights | undefined = $derived.by(() =>
    this.stored.find(({ hubId }) => hubId === this.published?.hubId),
  );
  /** What the net's outputs say. */
  readonly task: Task | undefined = $derived.by(() => {
    const { graph, architecture } = this.session;
    return graph && taskOf({ graph, architecture });
  });
  /** What the net is for, where that is not to name classes. */
  readonly purpose: string | undefined = $derived.by(() => {
    const { task } = this;
    const { graph, architecture } = this.session;
    return !graph || !task || namesClasses(task.kind) ? undefined : task.sentence({ graph, architecture });
  });
  /** The net that finds what this one is to be shown. */
  get finder(): Pick<NetRequest, 'finder'> {
    return this.task?.kind === 'landmarks' ? { finder: faceFinder() } : {};
  }

  /** What another worker is to open: the embedded weights are of one net only, so another net takes what is obvious for it. */
  readonly effective: WeightsChoice | undefined = $derived.by(() => {
    const { choice } = this;
    // Those that came in a model file are of that net alone.
    if (choice?.kind === 'file' && choice.own && !this.session.file) return this.obvious;
    if (choice?.kind === 'embedded') {
      const own = embeddedChoice(this.session.architecture);
      return own?.kind === 'embedded' && own.url === choice.url ? choice : this.obvious;
    }
    return choice ?? this.obvious;
  });

  constructor(
    private readonly session: Session,
    private readonly client: VisionClient,
    /** Published weights have been fetched. */
    fetched: (stored: StoredWeights) => void,
  ) {
    this.fetching = new WeightsFetch(client, (stored) => {
      void this.refresh();
      fetched(stored);
    });
  }

  /** How pictures are prepared: as the weights say, and where they do not, as the task needs it. */
  preprocessing(loaded: WeightsFacts | undefined): Partial<Preprocessing> {
    const { published, task } = this;
    const own = loaded?.preparation?.preprocessing ?? published?.preprocessing;
    return task && task.fit !== 'crop' ? { fit: task.fit, ...own } : { ...own };
  }

  async refresh(): Promise<void> {
    const outcome = await this.client.call((calls) => calls.listWeights());
    if (outcome.ok) this.stored = outcome.value;
  }

  async remove(id: string): Promise<void> {
    const outcome = await this.client.call((calls) => calls.deleteWeights(id));
    if (outcome.ok) this.stored = outcome.value;
    else this.session.say(outcome.problem.message, 'bad');
  }
}
