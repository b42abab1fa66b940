// Where the time of one answer goes: stages one behind the other, so that they sum to the whole.

/** `find` is looking for the face that the net is shown; `prepare` is the CPU's: on the GPU preparing is in the net's own submit; `second` is all of the net beside it. */
export type Stage = 'capture' | 'find' | 'upload' | 'prepare' | 'net' | 'decode' | 'second';
/** Milliseconds. */
export type StageTimes = Readonly<Partial<Record<Stage, number>>>;

export class StageClock {
  private readonly times: Partial<Record<Stage, number>> = {};

  constructor(private since = performance.now()) {}

  /** What was done since the stage before was this one. */
  ends(stage: Stage): StageTimes {
    const now = performance.now();
    this.times[stage] = (this.times[stage] ?? 0) + now - this.since;
    this.since = now;
    return this.times;
  }
}
