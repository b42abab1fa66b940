// Which tasks the GPU reads: a task is one file and one line here.
import type { PlanTensor } from '../../../../graph/plan/plan.ts';
import type { Task, TaskNet } from '../../../../graph/tasks/task.ts';
import { boxesReading } from './boxes.ts';
import { maskReading, matteReading } from './masks.ts';
import type { GpuReading } from './reading.ts';

/** `outputs`: the net's, as the plan stores them. Undefined where the task or the plan is read on the CPU alone. */
export function readingOf(task: Task, net: TaskNet, outputs: readonly PlanTensor[]): GpuReading | undefined {
  if (outputs.some(({ type }) => type !== 'f32')) return undefined;
  const [first, second] = outputs;
  switch (task.kind) {
    case 'detect':
    case 'face':
      return first && second && boxesReading(net, first, second);
    case 'segment':
      return first && maskReading(first);
    case 'matte':
      return first && matteReading(net, first);
    default:
      return undefined;
  }
}
