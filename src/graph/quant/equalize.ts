// Cross-layer equalisation (arXiv 1906.04721 §4.1): channels between two products are rescaled so that both weights use their range evenly.
import type { Numbers, Rider } from '../../gpu-kernels/step.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import { firstInput, firstOutput, Uses, type StepProgram } from '../lower/steps.ts';
import { constantName, type Constants, type FoldedNet } from './fold.ts';
import { clampOf, isProduct } from './layers.ts';

/** Roles of what stands around a ReLU6 whose channels are scaled: y·down clamped at 6·down is relu6(y)·down. */
const [up, down] = ['equal_up', 'equal_down'];

const scaledRelu6 = (rider: Rider): Rider[] => [
  { kind: 'channel', op: 'mul', weight: up },
  rider,
  { kind: 'channel', op: 'mul', weight: down },
];

interface Pair {
  readonly first: number;
  readonly second: number;
}

/** Neighbouring products with nothing between them but a clamp, which commutes with a positive factor once its bound is scaled too. */
function pairs(program: StepProgram): Pair[] {
  const uses = new Uses(program);
  return program.steps.flatMap((step, second): Pair[] => {
    const first = uses.maker(firstInput(step).id);
    const maker = first === undefined ? undefined : program.steps[first];
    if (!isProduct(step) || !maker || !isProduct(maker) || !uses.onlyFor(firstOutput(maker).id, second)) return [];
    if (clampOf(maker.epilogue) === undefined || (step.family !== 'depthwise' && step.attrs.groups !== 1)) return [];
    return [{ first: first as number, second }];
  });
}

/** Index of the input channel that element `i` of a weight reads, relative to the layer's input. */
function inputChannel(step: Step, weight: Numbers, channels: number): (i: number) => number {
  if (step.family === 'depthwise') {
    const area = weight.length / channels;
    return (i) => Math.floor(i / area);
  }
  const outputs = firstOutput(step).shape.at(-1) as number;
  const own = weight.length / outputs;
  const area = own / channels;
  return (i) => Math.floor((i % own) / area);
}

/** The program of an equalised net: what a loaded file, whose constants tell where, is given back. */
export function equalizedProgram(program: StepProgram, isScaled: (step: Step) => boolean): StepProgram {
  return {
    ...program,
    steps: program.steps.map((step) => {
      const [rider] = step.epilogue;
      if (!rider || step.epilogue.length !== 1 || !isScaled(step)) return step;
      const shape = [firstOutput(step).shape.at(-1) as number];
      const more = Object.fromEntries(
        [up, down].map((role) => [role, { kind: 'param', name: constantName(step, role), shape } as const]),
      );
      return { ...step, epilogue: scaledRelu6(rider), weights: { ...step.weights, ...more } };
    }),
  };
}

/** True where the constants hold the bounds of an equalised ReLU6. */
export const hasScaledClamp =
  (constants: Constants) =>
  (step: Step): boolean =>
    constants.has(constantName(step, down));

/**
 * The same function with evener weights: for each pair the channel factor √(r₁·r₂)/r₂ divides the first product's rows and bias and
 * multiplies the second's columns (r: largest |w| of the channel). Repeated, since pairs overlap.
 */
export function equalize(net: FoldedNet, sweeps = 12): FoldedNet {
  const constants = new Map<string, Numbers>([...net.constants].map(([name, data]) => [name, Float64Array.from(data)]));
  const get = (step: Step, role: string): Float64Array => constants.get(constantName(step, role)) as Float64Array;
  const scaled = new Set<Step>();
  for (const { first } of pairs(net.program)) {
    const step = net.program.steps[first] as Step;
    if (clampOf(step.epilogue)?.high !== 6) continue;
    scaled.add(step);
    for (const role of [up, down])
      constants.set(constantName(step, role), new Float64Array(get(step, 'bias').length).fill(1));
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const pair of pairs(net.program)) {
      const [a, b] = [net.program.steps[pair.first] as Step, net.program.steps[pair.second] as Step];
      const [own, bias, next] = [get(a, 'weight'), get(a, 'bias'), get(b, 'weight')];
      const channels = bias.length;
      const rows = own.length / channels;
      const column = inputChannel(b, next, channels);
      const [r1, r2] = [new Float64Array(channels), new Float64Array(channels)];
      for (let i = 0; i < own.length; i++)
        r1[Math.floor(i / rows)] = Math.max(r1[Math.floor(i / rows)]!, Math.abs(own[i]!));
      for (let i = 0; i < next.length; i++) r2[column(i)] = Math.max(r2[column(i)]!, Math.abs(next[i]!));
      // A channel that is dead on one side keeps its scale; the factor is bounded, so that no bias explodes.
      const factor = Float64Array.from(r1, (r, c) =>
        r > 0 && r2[c]! > 0 ? Math.min(1e3, Math.max(1e-3, Math.sqrt(r * r2[c]!) / r2[c]!)) : 1,
      );
      for (let i = 0; i < own.length; i++) own[i] = own[i]! / factor[Math.floor(i / rows)]!;
      for (let c = 0; c < channels; c++) bias[c] = bias[c]! / factor[c]!;
      for (let i = 0; i < next.length; i++) next[i] = next[i]! * factor[column(i)]!;
      if (!scaled.has(a)) continue;
      for (let c = 0; c < channels; c++) {
        get(a, up)[c] = get(a, up)[c]! * factor[c]!;
        get(a, down)[c] = get(a, down)[c]! / factor[c]!;
      }
    }
  }
  return {
    graph: net.graph,
    program: equalizedProgram(net.program, (step) => scaled.has(step)),
    constants: new Map([...constants].map(([name, data]) => [name, Float32Array.from(data)])),
  };
}
