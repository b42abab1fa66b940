// The question of a search as it stands in the form.
import type { MethodName } from '../../../graph/search/methods/index.ts';
import type { Training } from '../../../graph/search/quality.ts';
import { shippedSpaces } from '../../../graph/search/spaces/index.ts';
import type { SearchRequest } from '../../../workers/jobs/search/protocol.ts';
import { limited, type Limits } from './question.ts';
import { SpaceLook } from './space-look.svelte.ts';

/** Opens first: 24 choices, and nets that are built quickly. */
const usualSpace = 'v4-blocks';

export class SearchQuestion {
  spaceName = $state(usualSpace);
  spaceText = $state(shippedSpaces.get(usualSpace) ?? '');
  objective = $state<'macs' | 'ms'>('macs');
  limits = $state.raw<Limits>({});
  method = $state<MethodName>('nsga2');
  evaluations = $state(120);
  seed = $state(0);
  trainings = $state.raw<{ readonly name: string; readonly list: readonly Training[] } | undefined>(undefined);
  readonly space = new SpaceLook();

  get request(): SearchRequest {
    const { spaceName, spaceText, method, seed, evaluations, objective, limits, trainings } = this;
    return {
      name: spaceName,
      spaceText,
      method,
      seed,
      evaluations,
      objective,
      limits: limited(limits),
      ...(trainings && { trained: trainings.list }),
    };
  }

  /** Fills the form with a question that was asked before, here or by a link's sender. */
  ask(request: SearchRequest): void {
    [this.spaceName, this.spaceText] = [request.name, request.spaceText];
    [this.method, this.seed, this.evaluations] = [request.method, request.seed, request.evaluations];
    this.objective = request.objective === 'ms' ? 'ms' : 'macs';
    this.limits = request.limits;
    this.trainings = request.trained && { name: 'of the search before', list: request.trained };
  }
}
