// The net that most studies teach: some 1,500 weights, so that a run ends in seconds on a CPU.

export interface SmallNet {
  readonly classes: number;
  /** As the notation writes it. */
  readonly norm?: string;
  readonly side?: number;
  /** Multiplies the channels. */
  readonly width?: number;
}

export const smallNet = ({ classes, norm = 'bn', side = 12, width = 1 }: SmallNet): string => `input 3x${side}x${side}
act relu6
norm ${norm}

conv   k3 s2 c${8 * width}
ds     k3    c${16 * width}
ds     k3 s2 c${24 * width}
pool
linear c${classes}
`;
