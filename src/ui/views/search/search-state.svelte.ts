// What the Search pane shows: the question, the nets judged so far, the front at the end, what was measured of it, and what a link brought.
import { measuredPlaces } from '../../../graph/search/answer.ts';
import type { QualityFacts } from '../../../graph/search/quality.ts';
import { readShared, type SharedSearch } from '../../../graph/search/shared.ts';
import type { CostName } from '../../../graph/search/space/problem.ts';
import type { LoggedNet, SearchEnd, SearchRecord } from '../../../workers/jobs/search/protocol.ts';
import type { DeviceFacts } from '../../../workers/border/protocol.ts';
import * as Comlink from 'comlink';
import { lend, openDevice, searchWorker, wholeTimes } from '../../hosts/search.ts';
import { perSession } from '../../state/per-session.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';
import { keepEntries, keepSearch, readEntries, readSearch, type MeasuredWhole } from './kept.ts';
import { frontIn, spreadOf } from './nets.ts';
import { OneJob } from './one-job.svelte.ts';
import { foundText } from './question.ts';
import { SearchQuestion } from './question.svelte.ts';
import { linkOfSearch, sentNets, sentQuality, type SentFront } from './sent.ts';

/** Rounds in which whole nets are measured, in turns. */
const rounds = 3;
const keepEveryMs = 500;

export class SearchState extends SearchQuestion {
  record = $state.raw<SearchRecord | undefined>(undefined);
  quality = $state.raw<QualityFacts | undefined>(undefined);
  end = $state.raw<SearchEnd | undefined>(undefined);
  measured = $state.raw<ReadonlyMap<string, MeasuredWhole>>(new Map());
  adapter = $state.raw<string | undefined>(undefined);
  /** While it is what a link brought that is shown. */
  shared = $state.raw<SharedSearch | undefined>(undefined);
  /** The sender's front and what was measured of it there: stays beside one's own search of the same space. */
  sent = $state.raw<SentFront | undefined>(undefined);
  readonly #work = new OneJob();
  /** Options that nets must have to be shown, by gene: every view shows the same nets. */
  filter = $state.raw<ReadonlyMap<number, ReadonlySet<number>>>(new Map());
  /** Text of the net that is looked at. */
  chosen = $state.raw<string | undefined>(undefined);
  #worker: ReturnType<typeof searchWorker> | undefined;
  #keptAt = 0;
  #arrived: string | undefined;

  readonly objectiveOfRecord: CostName = $derived(this.record?.request.objective ?? 'macs');
  readonly log: readonly LoggedNet[] = $derived(this.record?.log ?? []);
  readonly baseline: readonly LoggedNet[] = $derived(this.record?.baseline ?? []);
  readonly front: readonly LoggedNet[] = $derived(frontIn(this.log));
  readonly baselineFront: readonly LoggedNet[] = $derived(frontIn(this.baseline));
  readonly shown: readonly LoggedNet[] = $derived(this.log.filter((net) => this.passes(net)));
  readonly shownFront: readonly LoggedNet[] = $derived(this.front.filter((net) => this.passes(net)));
  /** Sent nets of the same question. */
  readonly sentFront: readonly LoggedNet[] = $derived(
    this.sent &&
      !this.shared &&
      this.sent.spaceText === this.record?.request.spaceText &&
      this.sent.front[0]?.all[this.objectiveOfRecord] !== undefined
      ? this.sent.front
      : [],
  );
  readonly source: QualityFacts['source'] = $derived(this.quality?.source ?? 'prior');
  /** A search that was stopped, or that a closed page left. */
  readonly unfinished: boolean = $derived(this.log.length > 0 && this.end === undefined && this.job === undefined);

  constructor(readonly session: Session) {
    super();
    void readSearch().then((kept) => {
      if (!kept || this.record) return;
      this.#show(kept.record);
      [this.end, this.measured, this.adapter] = [kept.end, kept.measured, kept.adapter];
      this.quality = kept.end?.quality ?? this.quality;
    });
  }

  get job(): OneJob['job'] {
    return this.#work.job;
  }
  get problem(): string | undefined {
    return this.#work.problem;
  }
  set problem(sentence: string | undefined) {
    this.#work.problem = sentence;
  }

  passes({ genotype }: LoggedNet): boolean {
    for (const [gene, options] of this.filter) if (!options.has(genotype[gene] ?? -1)) return false;
    return true;
  }
  toggle(gene: number, option: number): void {
    const options = new Set(this.filter.get(gene));
    if (!options.delete(option)) options.add(option);
    const filter = new Map(this.filter);
    if (options.size === 0) filter.delete(gene);
    else filter.set(gene, options);
    this.filter = filter;
  }

  start(): Promise<void> {
    const { request } = this;
    [this.end, this.measured, this.adapter, this.chosen, this.filter, this.shared] = [
      undefined,
      new Map(),
      undefined,
      undefined,
      new Map(),
      undefined,
    ];
    return this.#run({ request, log: [], baseline: [] });
  }
  /** From where the kept search stands; what is judged twice comes out the same. */
  async goOn(): Promise<void> {
    const { record } = this;
    if (record) await this.#run({ ...record, baseline: [] });
  }
  /** Ends the worker: nothing that it told is lost. */
  stop(): void {
    this.#work.stop();
    this.#worker?.end();
    void this.#keep(true);
  }
  async forget(): Promise<void> {
    this.stop();
    [this.record, this.end, this.quality, this.measured, this.chosen] = [
      undefined,
      undefined,
      undefined,
      new Map(),
      undefined,
    ];
    await keepSearch(undefined);
  }

  /** What a link brought, once each: its space and its front, for a look and for a search of one's own. */
  takeLink(text: string | undefined): void {
    if (text === undefined || text === this.#arrived) return;
    this.#arrived = text;
    const shared = readShared(text);
    if (!shared) return this.session.say('The link’s search could not be read; the net itself is open.', 'bad');
    this.shared = shared;
    this.ask(shared);
    void this.#openShared(shared);
  }

  /** Measures nets whole, in turns. */
  async measure(nets: readonly { readonly key: string }[]): Promise<void> {
    await this.#work.run('Measuring whole nets', async (hooks) => {
      const facts = await openDevice();
      const given = nets.map(({ key }, i) => ({ name: `net ${i + 1}`, text: key }));
      const times = await wholeTimes(given, rounds, hooks);
      const found = new Map(this.adapter === facts.adapter.description ? this.measured : []);
      for (const [i, { key }] of nets.entries()) found.set(key, spreadOf(times[i] ?? []));
      [this.measured, this.adapter] = [found, facts.adapter.description];
    });
    await this.#keep(true);
  }

  /** Opens a judged net as one undoable step, with where it comes from in its text. */
  open(net: LoggedNet, compare = false): void {
    if (!this.record) return;
    if (compare) this.session.pinBaseline();
    const at = this.log.indexOf(net);
    const ms = this.measured.get(net.key);
    const text = foundText(net, { request: this.record.request, at, ...(ms && { ms, adapter: this.adapter }) });
    this.session.open(`${this.record.request.name}-${at + 1}`, text, 'Open a found net');
  }

  /** A link with the search and its front; undefined where it does not fit into one. */
  link(): string | undefined {
    const { record, session, measured, adapter, source, front } = this;
    return record && linkOfSearch(session, { request: record.request, source, front, measured, adapter });
  }

  #show(record: SearchRecord): void {
    this.record = record;
    this.ask(record.request);
  }

  async #openShared(shared: SharedSearch): Promise<void> {
    const worker = searchWorker({});
    const genotypes = shared.front.map(({ genotype }) => genotype);
    const outcome = await worker.job.call((calls, ticket) => calls.nets(ticket, shared.spaceText, genotypes));
    worker.end();
    if (!outcome.ok) return this.session.say(`The link’s space: ${outcome.problem.message}`, 'bad');
    const { name, spaceText, method, seed, evaluations, objective, limits, adapter } = shared;
    const { front, measured } = sentNets(shared, outcome.value);
    this.record = {
      request: { name, spaceText, method, seed, evaluations, objective, limits },
      log: front,
      baseline: [],
    };
    this.quality = sentQuality(shared);
    this.end = { front: [], shares: [], quality: this.quality, estimated: 0 };
    this.sent = { spaceText, front, measured, adapter };
    [this.measured, this.adapter] = [measured, adapter];
  }

  async #run(record: SearchRecord): Promise<void> {
    this.record = record;
    this.end = undefined;
    await this.#work.run('Starting', async (hooks) => {
      const { request } = record;
      const timed = request.objective === 'ms' || request.limits.ms !== undefined;
      const facts = timed ? await openDevice() : undefined;
      const worker = (this.#worker = searchWorker({
        onEvent: ({ log, baseline, quality, latency }) => {
          if (hooks.signal.aborted || !this.record) return;
          const now = this.record;
          this.record = {
            ...now,
            log: log.length > 0 ? [...now.log, ...log] : now.log,
            baseline: baseline.length > 0 ? [...now.baseline, ...baseline] : now.baseline,
            ...(latency && { latency }),
          };
          if (quality) this.quality = quality;
          void this.#keep();
        },
      }));
      const lent = facts && lend(hooks.signal, hooks.onProgress, facts, { readEntries, keepEntries });
      try {
        const device = facts && lent && Comlink.transfer({ facts: portable(facts), port: lent.port }, [lent.port]);
        const outcome = await worker.job.call((calls, ticket) => calls.run(ticket, record, device), hooks);
        hooks.signal.throwIfAborted();
        if (!outcome.ok) throw new Error(outcome.problem.message);
        this.end = outcome.value;
      } finally {
        lent?.close();
        worker.end();
      }
    });
    await this.#keep(true);
    if (this.end && record.request.objective === 'ms')
      await this.measure(this.front.filter((_, i) => measuredPlaces(this.front.length).has(i)));
  }

  async #keep(now = false): Promise<void> {
    if (!this.record || this.shared || (!now && performance.now() - this.#keptAt < keepEveryMs)) return;
    this.#keptAt = performance.now();
    const { record, end, measured, adapter } = this;
    await keepSearch({ version: 1, record, end, measured, adapter });
  }
}

const portable = ({ capabilities, limits }: DeviceFacts): Pick<DeviceFacts, 'capabilities' | 'limits'> => ({
  capabilities,
  limits,
});

export const searchState = perSession((session) => new SearchState(session));
