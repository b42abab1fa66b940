// Runs a training graph once on a device: what the CPU's `runNodes` does, by kernels.
import { planNodes } from '../../graph/train/plan/nodes-plan.ts';
import type { TrainTensors } from '../../graph/train/run.ts';
import type { TrainNodes } from '../../graph/train/train-nodes.ts';
import type { OpenDevice } from './device.ts';
import { TrainProgram } from './train-program.ts';

/** Values of `keep`, by node id; `given` as for the CPU. Throws RangeError where a tensor is missing or of the wrong length. */
export async function runTrainNodes(
  open: OpenDevice,
  g: TrainNodes,
  given: TrainTensors,
  keep: Iterable<string>,
): Promise<Map<string, Float32Array>> {
  const plan = planNodes(g, { keep });
  const program = await TrainProgram.load(open, plan);
  try {
    for (const [name, place] of [...plan.inputs, ...plan.state]) {
      const values = given.get(name);
      if (!values) throw new RangeError(`"${name}" is missing`);
      program.write(place, values);
    }
    const { device } = open;
    device.pushErrorScope('validation');
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const invalid = await device.popErrorScope();
    if (invalid) throw new Error(`a training step is invalid on this device: ${invalid.message}`);
    const ids = [...plan.kept.keys()];
    const values = await program.read([...plan.kept.values()]);
    return new Map(ids.map((id, i) => [id, values[i] as Float32Array]));
  } finally {
    program.destroy();
  }
}
