// The checkpoints of a worker, each once however many jobs ask for it: by reference, and tensors of the same hash only once.
import type { WeightsRef } from './protocol.ts';
import { openCheckpoint, type Checkpoint } from './source.ts';

/** A large net's weights take hundreds of megabytes. */
const mostKept = 2;

const keyOf = (ref: WeightsRef): string =>
  JSON.stringify(ref.kind === 'file' ? { kind: ref.kind, name: ref.name } : ref);

export class Checkpoints {
  /** The latest last. */
  private readonly kept = new Map<string, Promise<Checkpoint>>();

  constructor(private readonly open = openCheckpoint) {}

  /** Rejects as {@link openCheckpoint} does, and for a file whose bytes are not here any more. */
  get(ref: WeightsRef): Promise<Checkpoint> {
    const key = keyOf(ref);
    const opening = ref.kind === 'file' && ref.bytes ? undefined : this.kept.get(key);
    const opened = opening ?? this.read(ref);
    this.kept.delete(key);
    this.kept.set(key, opened);
    for (const old of [...this.kept.keys()].slice(0, -mostKept)) this.kept.delete(old);
    opened.catch(() => {
      if (this.kept.get(key) === opened) this.kept.delete(key);
    });
    return opened;
  }

  /** What is stored under this reference has changed. */
  forget(ref: WeightsRef): void {
    this.kept.delete(keyOf(ref));
  }

  private async read(ref: WeightsRef): Promise<Checkpoint> {
    const others = [...this.kept.values()];
    if (ref.kind === 'file' && !ref.bytes) throw new Error(`"${ref.name}" is no longer here; drop it again.`);
    const { facts, tensors, metadata } = await this.open(ref as Parameters<typeof openCheckpoint>[0]);
    for (const other of await Promise.allSettled(others))
      if (other.status === 'fulfilled' && other.value.tensors && other.value.facts.sha256 === facts.sha256)
        return { facts, tensors: other.value.tensors, metadata };
    return { facts, tensors, metadata };
  }
}
