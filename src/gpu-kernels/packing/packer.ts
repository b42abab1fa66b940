// What a packer is: constants of a step, read by role, to the one buffer that a kernel reads.
import type { Numbers } from '../step.ts';
import type { Shape } from '../op.ts';

export interface PackerSource {
  readonly data: Numbers;
  readonly shape: Shape;
}
export type Packer = (sources: readonly PackerSource[], options: Readonly<Record<string, number>>) => Numbers;
