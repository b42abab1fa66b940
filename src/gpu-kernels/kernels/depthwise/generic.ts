// Plain depthwise and mixed depthwise convolution: one invocation an output vec4.
import type { MixedDepthwiseAttrs } from '../../families/mixed-depthwise.ts';
import type { Window } from '../../families/window.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { PackedWeight } from '../../kernel.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks, perVector, Shader } from '../../wgsl/shader.ts';
import { forTaps, outputPixel } from '../../wgsl/window.ts';

function slidingTaps(
  step: StepOf<'depthwise' | 'mixedDepthwise'>,
  window: Window,
  packed: PackedWeight,
  repeat: number,
  build: { caps: Parameters<Kernel['build']>[1]; precision: Parameters<Kernel['build']>[2] },
) {
  const shader = new Shader(step, build.precision);
  const input = (step.inputs[0] as Value).shape;
  const output = (step.outputs[0] as Value).shape;
  const out4 = channelBlocks(output);
  const in4 = channelBlocks(input);
  const x = shader.input(0);
  const w = shader.weight('taps', packed);
  const bias = shader.vector('bias');
  const { main, workgroups } = perVector(
    output,
    build.caps,
    `${outputPixel(output)}
let source = ${repeat === 1 ? 'block' : `block % ${in4}u`};
var acc = ${shader.load(bias, 'block')};
${forTaps(
  input,
  window,
  `var x = ${shader.load(x, `pixel * ${in4}u + source`)};
${shader.riders(step.prologue, 'x', input, 'pixel', 'source', false)}
acc += x * ${shader.load(w, `(ky * ${window.kernel[1]}u + kx) * ${out4}u + block`)};`,
)}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
  );
  return shader.build(main, workgroups);
}

export const genericDepthwise: Kernel<'depthwise'> = {
  name: 'depthwise/generic',
  family: 'depthwise',
  doc: 'One invocation an output vec4; takes any window. Merged siblings need channels in multiples of 4.',
  accepts: (step) => {
    const { repeat, instance } = step.attrs;
    return (
      !instance &&
      step.outputs.length === 1 &&
      (repeat === 1 || ((step.inputs[0] as Value).shape.at(-1) as number) % 4 === 0)
    );
  },
  build(step, caps, precision) {
    const attrs = step.attrs;
    const output = (step.outputs[0] as Value).shape;
    const elements = attrs.kernel[0] * attrs.kernel[1] * channelBlocks(output) * 4;
    return slidingTaps(step, attrs, { packer: 'taps', roles: ['weight'], options: {}, elements }, attrs.repeat, {
      caps,
      precision,
    });
  },
};

/** The window that all parts fit in centrally, or undefined when they do not share strides, dilation and centre. */
function commonWindow({ windows }: MixedDepthwiseAttrs): Window | undefined {
  const largest = windows.reduce((a, b) => (b.kernel[0] > a.kernel[0] ? b : a));
  const same = (a: readonly number[], b: readonly number[]) => a[0] === b[0] && a[1] === b[1];
  const fits = windows.every((w) => {
    const margin = (largest.kernel[0] - w.kernel[0]) / 2;
    return (
      same(w.stride, largest.stride) &&
      same(w.dilation, [1, 1]) &&
      w.kernel[0] === w.kernel[1] &&
      Number.isInteger(margin) &&
      same(w.pads, [largest.pads[0] - margin, largest.pads[1] - margin])
    );
  });
  return fits ? largest : undefined;
}

export const genericMixedDepthwise: Kernel<'mixedDepthwise'> = {
  name: 'mixedDepthwise/generic',
  family: 'mixedDepthwise',
  doc: 'All parts in the largest window, smaller kernels padded with zeros: one dispatch, more taps than needed.',
  accepts: (step) => step.outputs.length === 1 && commonWindow(step.attrs) !== undefined,
  build(step, caps, precision) {
    const attrs = step.attrs;
    const window = commonWindow(attrs) as Window;
    const size = window.kernel[0];
    const shape: Shape = (step.outputs[0] as Value).shape;
    const roles = attrs.splits.map((_, i) => `weight${i}`);
    return slidingTaps(
      step,
      window,
      { packer: 'mixedTaps', roles, options: { size }, elements: size * size * channelBlocks(shape) * 4 },
      1,
      { caps, precision },
    );
  },
};
