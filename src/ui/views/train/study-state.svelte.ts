// What Train's papers show: the study that is chosen and how it is run, how long that takes, and what each study has found on this page.
import type { StudyPoint, StudyRun, StudySight } from '../../../graph/train/studies/findings.ts';
import { carriedQuestion, withQuestion, type StudyQuestion } from '../../../graph/train/studies/question.ts';
import type { StudyReport } from '../../../graph/train/studies/report.ts';
import type { StudyFacts } from '../../../workers/jobs/train/study-protocol.ts';
import { studyClients, type StudyClient } from '../../hosts/train.ts';
import { perSession } from '../../state/per-session.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';
import type { TrainPlace } from './place.svelte.ts';
import { trainState } from './train-state.svelte.ts';
import type { Outcome } from '../../../workers/border/protocol.ts';

/** What was seen of a study so far. */
interface StudySoFar {
  readonly question: StudyQuestion;
  readonly arms: readonly string[];
  readonly points: readonly StudyPoint[];
  readonly runs: readonly StudyRun[];
  /** The newest of each arm. */
  readonly sights: ReadonlyMap<string, StudySight>;
  /** Once it has ended, or was stopped. */
  readonly report?: StudyReport;
}

export class StudyState {
  list = $state.raw<readonly StudyFacts[]>([]);
  name = $state('');
  seed = $state(0);
  seeds = $state(3);
  steps = $state(300);
  arms = $state.raw<ReadonlySet<string>>(new Set());
  foreseen = $state.raw<{ readonly key: string; readonly ms: number } | undefined>(undefined);
  problem = $state.raw<string | undefined>(undefined);
  /** The study under way. */
  running = $state.raw<string | undefined>(undefined);
  found = $state.raw<ReadonlyMap<string, StudySoFar>>(new Map());
  readonly #clients: Readonly<Record<'cpu' | 'gpu', StudyClient>>;
  #job: AbortController | undefined;
  #listed = false;
  /** The line of the document that was taken over. */
  #taken: string | undefined;

  readonly facts: StudyFacts | undefined = $derived(this.list.find(({ name }) => name === this.name));
  readonly seen: StudySoFar | undefined = $derived(this.found.get(this.name));
  readonly question: StudyQuestion = $derived.by(() => {
    const { name: study, seed, seeds, steps, facts } = this;
    const arms = (facts?.arms ?? []).flatMap(({ id }) => (this.arms.has(id) ? [id] : []));
    return { study, seed, seeds, steps, ...(facts && !isUsual(facts, this.arms) && { arms }) };
  });
  readonly key: string = $derived.by(() => JSON.stringify([this.question, this.place.on]));
  /** Share of the study under way that is done. */
  readonly share: number = $derived.by(() => {
    const seen = this.found.get(this.running ?? '');
    if (!seen) return 0;
    const done = new Map<string, number>();
    for (const { arm, seed, step, steps } of seen.points)
      if (seen.arms.includes(arm)) done.set(`${arm} ${seed}`, (0.95 * step) / steps);
    for (const { arm, seed } of seen.runs) done.set(`${arm} ${seed}`, 1);
    return [...done.values()].reduce((sum, part) => sum + part, 0) / (seen.arms.length * seen.question.seeds);
  });

  /** The one of the runs of training. */
  get place(): TrainPlace {
    return trainState(this.session).place;
  }

  constructor(readonly session: Session) {
    this.#clients = studyClients({
      onEvent: ({ points, runs, sights }) =>
        this.#see((seen) => ({
          ...seen,
          points: [...seen.points, ...points],
          runs: [...seen.runs, ...runs],
          sights: new Map([...seen.sights, ...sights.map((sight) => [sight.arm, sight] as const)]),
        })),
    });
  }

  /** Asks what studies there are; once. */
  open(): void {
    if (this.#listed) return;
    this.#listed = true;
    void this.#ask((calls, ticket) => calls.list(ticket)).then(
      (list) => {
        this.list = list;
        if (this.name === '') this.choose(list[0]?.name ?? '');
        else this.#fit();
      },
      (error: Error) => {
        this.problem = error.message;
        this.#listed = false;
      },
    );
  }

  choose(name: string): void {
    const facts = this.list.find((study) => study.name === name);
    if (!facts) return;
    [this.name, this.steps, this.seeds] = [name, facts.steps, facts.seeds];
    this.arms = usualOf(facts);
  }
  toggle(arm: string): void {
    const next = new Set(this.arms);
    if (!next.delete(arm)) next.add(arm);
    this.arms = next;
  }

  /** A document that carries a question brings it along; true where it did. Call while it is shown. */
  take(): boolean {
    const asked = carriedQuestion(this.session.text);
    const text = asked && JSON.stringify(asked);
    if (!asked || text === this.#taken) return false;
    this.#taken = text;
    ({ study: this.name, seed: this.seed, seeds: this.seeds, steps: this.steps } = asked);
    this.arms = new Set(asked.arms ?? []);
    this.#fit();
    return true;
  }

  /** What it will take, looked up a moment after the last change. */
  async look(): Promise<void> {
    const { key, question } = this;
    if (this.running !== undefined || !this.facts || this.arms.size === 0 || this.foreseen?.key === key) return;
    this.#job?.abort();
    const { signal } = (this.#job = new AbortController());
    const found = await this.#clients[this.place.on].call((calls, ticket) => calls.foresee(ticket, question), {
      signal,
    });
    if (signal.aborted) return;
    if (found.ok) this.foreseen = { key, ms: found.value };
    else this.problem = found.problem.message;
  }

  async run(): Promise<void> {
    const { session, question, facts } = this;
    if (!facts || this.running !== undefined) return;
    if (!session.file) session.setText(withQuestion(session.text, question), 'Study');
    this.#taken = JSON.stringify(carriedQuestion(session.text));
    this.#job?.abort();
    const { signal } = (this.#job = new AbortController());
    [this.running, this.problem] = [facts.name, undefined];
    const arms = [...this.arms];
    this.#see(() => ({ question, arms, points: [], runs: [], sights: new Map() }));
    try {
      const report = await this.#ask((calls, ticket) => calls.run(ticket, question), signal);
      this.#see((seen) => ({ ...seen, report, runs: report.runs }));
    } catch (error) {
      if (!signal.aborted) this.problem = (error as Error).message;
    } finally {
      this.running = undefined;
    }
  }
  stop(): void {
    this.#job?.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  /** What a link asked for, of the study as it is: arms by name, or the usual ones. */
  #fit(): void {
    const { facts } = this;
    if (!facts) {
      if (this.list.length > 0) this.choose(this.list[0]?.name ?? '');
      return;
    }
    const known = facts.arms.flatMap(({ id }) => (this.arms.has(id) ? [id] : []));
    this.arms = known.length > 0 ? new Set(known) : usualOf(facts);
  }
  #see(change: (seen: StudySoFar) => StudySoFar): void {
    const { running } = this;
    if (running === undefined) return;
    this.found = new Map(this.found).set(running, change(this.found.get(running) as StudySoFar));
  }
  async #ask<T>(
    work: (calls: StudyClient['calls'], ticket: number) => Promise<Outcome<T>>,
    signal?: AbortSignal,
  ): Promise<T> {
    const outcome = await this.#clients[this.place.on].call(work, { ...(signal && { signal }) });
    if (outcome.ok) return outcome.value;
    throw new Error(outcome.problem.message);
  }
}

const usualOf = ({ arms }: StudyFacts): ReadonlySet<string> =>
  new Set(arms.filter(({ usual }) => usual !== false).map(({ id }) => id));
const isUsual = (facts: StudyFacts, arms: ReadonlySet<string>): boolean =>
  arms.size === usualOf(facts).size && [...usualOf(facts)].every((id) => arms.has(id));

export const studyState = perSession((session) => new StudyState(session));
