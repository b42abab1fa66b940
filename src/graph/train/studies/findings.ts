// What a study finds: measures of its arms, run by run and step by step.

export interface StudyMeasure {
  readonly id: string;
  readonly label: string;
  /** `share`: 0 to 1, said in percent and compared in points. */
  readonly unit: 'share' | 'ms' | 'bytes' | 'number' | 'whole';
  /** What it is, for a tooltip. */
  readonly title: string;
}

export interface StudyArm {
  readonly id: string;
  readonly label: string;
  /** False: only run where it is asked for. */
  readonly usual?: false;
}

/** A share of answers by how sure the net was: one bar of a reliability diagram. */
export interface ReliabilityBin {
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/** One run of one arm. */
export interface StudyRun {
  readonly arm: string;
  readonly seed: number;
  readonly values: Readonly<Record<string, number>>;
  readonly reliability?: readonly ReliabilityBin[];
  /** What else there is to say: which calibration was best, updates that were left out. */
  readonly note?: string;
  /** What the run made: an integer net, a reinforced set. */
  readonly file?: { readonly name: string; readonly bytes: Uint8Array };
}

export interface StudyPoint {
  readonly arm: string;
  readonly seed: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/** How a net sees a few held-out pictures while it learns: points where they are, and where it takes them to be. */
export interface StudySight {
  readonly arm: string;
  readonly seed: number;
  readonly step: number;
  readonly side: number;
  readonly pictures: readonly {
    readonly rgba: Uint8ClampedArray<ArrayBuffer>;
    /** `[x, y]` one after the other, 0 to 1. */
    readonly truth: readonly number[];
    readonly found: readonly number[];
  }[];
}

export const accuracy: StudyMeasure = {
  id: 'accuracy',
  label: 'Accuracy',
  unit: 'share',
  title: 'Share of held-out pictures that get their class',
};
export const parameters: StudyMeasure = {
  id: 'parameters',
  label: 'Parameters',
  unit: 'whole',
  title: 'Numbers that are trained',
};
export const stepMs: StudyMeasure = {
  id: 'stepMs',
  label: 'Step',
  unit: 'ms',
  title: 'Median time of a step, its batch included',
};
