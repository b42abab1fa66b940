// Folded float nets and quantized ones run alike, on a device or on the CPU: what the command line and the page's Quantize pane share.

import { fusedFloatProgram, keeping, type FoldedNet } from '../../../graph/quant/fold.ts';
import { fusedIntegerProgram, integerProgram } from '../../../graph/quant/integer-program.ts';
import type { QuantizedNet } from '../../../graph/quant/quantize.ts';
import { programSteps, type Bytes } from '../../../graph/quant/run-program.ts';
import { toReal } from '../../../graph/quant/scheme.ts';
import type { OpenDevice } from '../../engine/device.ts';
import { loadProgram } from '../../engine/execute-program.ts';

export type RunnableNet =
  { readonly kind: 'float'; readonly net: FoldedNet } | { readonly kind: 'int8'; readonly net: QuantizedNet };

export interface Runner {
  /** Values by node: the logits under the graph's output, `keep` as real numbers. */
  run(input: Float32Array): Promise<ReadonlyMap<string, Float32Array>>;
  end(): void;
}

/** Called between two layers on the CPU and before every run: lets messages in, and rejects when the work is not wanted any more. */
export type Pause = () => Promise<void>;

const never: Pause = () => Promise.resolve();

/** Prepares a net to run, on the device or (undefined) on the CPU; `keep`: layers to be read besides the logits. */
export async function runnerOf(
  { kind, net }: RunnableNet,
  open: OpenDevice | undefined,
  keep: readonly string[] = [],
  pause: Pause = never,
): Promise<Runner> {
  const quantized = kind === 'int8' ? net : undefined;
  const outputs = new Set(net.program.outputs.map(({ node }) => node));
  const real = (values: ReadonlyMap<string, Bytes>): Map<string, Float32Array> =>
    new Map(
      [...values].map(([id, data]) => {
        const quantization =
          outputs.has(id) || quantized?.floatLayers.has(id) ? undefined : quantized?.quantizations.get(id);
        return [id, quantization ? toReal(data, quantization) : (data as Float32Array)];
      }),
    );
  if (!open) {
    const { program, constants } = quantized
      ? integerProgram(quantized, keep)
      : { program: keeping(net.program, keep), constants: net.constants };
    return {
      async run(input) {
        const steps = programSteps(program, constants, input, keep);
        for (;;) {
          await pause();
          const { done, value } = steps.next();
          if (done) return real(value);
        }
      },
      end: () => undefined,
    };
  }
  const fused = quantized
    ? fusedIntegerProgram(quantized, open.capabilities, keep)
    : { program: fusedFloatProgram(net, open.capabilities, keep), constants: net.constants };
  const loaded = await loadProgram(open, net.graph, fused.program, fused.constants);
  return {
    async run(input) {
      await pause();
      return real(await loaded.run(input));
    },
    end: () => loaded.program.destroy(),
  };
}

/** Logits of all inputs. */
export async function logitsOf(
  net: RunnableNet,
  open: OpenDevice | undefined,
  inputs: readonly Float32Array[],
  pause?: Pause,
): Promise<Float32Array[]> {
  const runner = await runnerOf(net, open, [], pause);
  const output = net.net.program.outputs[0]?.node as string;
  try {
    const logits: Float32Array[] = [];
    for (const input of inputs) logits.push((await runner.run(input)).get(output) as Float32Array);
    return logits;
  } finally {
    runner.end();
  }
}
