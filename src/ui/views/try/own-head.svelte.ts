// A taught head in the place of the net's own, as long as the net and its weights are those that it was taught on.
import type { Look } from '../../../workers/jobs/vision/protocol.ts';
import { headLogits, type Head } from '../../../workers/jobs/vision/teach-head.ts';
import { sameOrigin, type NetOrigin } from '../../weights/net-status.ts';
import type { OpenNet } from '../../weights/open-net.svelte.ts';

export class OwnHead {
  #used = $state.raw<{ readonly head: Head; readonly origin: NetOrigin } | undefined>(undefined);

  constructor(
    private readonly net: Pick<OpenNet, 'origin'>,
    /** The pooled features, which every head reads. */
    private readonly featureNode: () => string | undefined,
  ) {}

  readonly head: Head | undefined = $derived.by(() => {
    const [own, here] = [this.#used, this.net.origin];
    return own && here && sameOrigin(own.origin, here) ? own.head : undefined;
  });

  use(head: Head | undefined): void {
    const { origin } = this.net;
    this.#used = head && origin && { head, origin };
  }

  /** What the head makes of an answer; undefined where the features did not come with it. */
  answer({ values }: Pick<Look, 'values'>): Float32Array | undefined {
    const { head } = this;
    const features = values.get(this.featureNode() ?? '');
    return head && features?.length === head.features ? headLogits(head, features) : undefined;
  }
}
