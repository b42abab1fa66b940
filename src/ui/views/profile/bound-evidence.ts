// Why a dispatch is said to be bound by something: what each ceiling of this device alone would take, against what it took.
import type { RooflinePoint } from '../../../workers/engine/bound.ts';
import { milliseconds, percent } from '../../parts/format.ts';

export function boundEvidence({ bound, computeMs, memoryMs, launchMs, roofMs, reached }: RooflinePoint): string {
  const parts = `arithmetic ${milliseconds(computeMs)}, memory ${milliseconds(memoryMs)}, a launch ${milliseconds(launchMs)}`;
  const took = milliseconds(roofMs / reached);
  return bound === 'latency'
    ? `at the ceilings ${parts}; it took ${took}, so none of them is what it waits for`
    : `at the ceilings ${parts}; it took ${took}, ${percent(reached, 0)} of the nearest`;
}
