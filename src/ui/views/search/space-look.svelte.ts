// What the space as it is written now holds, looked up in a worker of its own: a new text ends the look before.
import type { SpaceFacts } from '../../../workers/jobs/search/protocol.ts';
import { searchWorker } from '../../hosts/search.ts';

export class SpaceLook {
  facts = $state.raw<{ readonly text: string; readonly of: SpaceFacts } | undefined>(undefined);
  #worker: ReturnType<typeof searchWorker> | undefined;

  /** Resolves with a problem's sentence, or undefined. */
  async look(text: string): Promise<string | undefined> {
    if (this.facts?.text === text) return undefined;
    this.#worker?.end();
    const worker = (this.#worker = searchWorker({}));
    const outcome = await worker.job.call((calls, ticket) => calls.look(ticket, text));
    worker.end();
    if (this.#worker !== worker) return undefined;
    if (!outcome.ok) return outcome.problem.message;
    this.facts = { text, of: outcome.value };
    return undefined;
  }

  /** Undefined while the text was not looked at. */
  of(text: string | undefined): SpaceFacts | undefined {
    return this.facts?.text === text ? this.facts?.of : undefined;
  }
}
