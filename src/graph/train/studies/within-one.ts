// How near the integer net comes to the net that was trained with rounding in it: byte by byte, all layers.
import { integerProgram } from '../../quant/integer-program.ts';
import type { QuantizedNet } from '../../quant/quantize.ts';
import { runProgram } from '../../quant/run-program.ts';

/** Share of the bytes of all layers that differ by one step at most. */
export function withinOne(net: QuantizedNet, wanted: ReadonlyMap<string, Uint8Array>, input: Float32Array): number {
  const { program, constants } = integerProgram(
    net,
    [...wanted.keys()].filter((id) => id !== net.graph.inputs[0]),
  );
  const found = runProgram(program, constants, input, [...wanted.keys()]);
  let [near, all] = [0, 0];
  for (const [id, bytes] of wanted) {
    const own = found.get(id);
    if (!(own instanceof Uint8Array)) continue;
    own.forEach((byte, i) => (near += Math.abs(byte - (bytes[i] as number)) <= 1 ? 1 : 0));
    all += own.length;
  }
  return near / all;
}
