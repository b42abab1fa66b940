// Masks on the GPU: of a map of logits the class of each pixel in a byte, of a matte its share in one number.
import type { PlanTensor } from '../../../../graph/plan/plan.ts';
import { givesLogits } from '../../../../graph/tasks/segment/matte.ts';
import type { TaskNet } from '../../../../graph/tasks/task.ts';
import type { GpuReading } from './reading.ts';
import { bitsWgsl, group, headWords, padded } from './wgsl.ts';

const bindings = `${bitsWgsl}
struct Result {
  unsound: atomic<u32>,
  rest: array<u32, 3>,
  pixels: array<u32>,
}
@group(0) @binding(0) var<storage, read> values: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> settings: array<u32>;
@group(0) @binding(3) var<storage, read_write> result: Result;
`;
/** There is nothing to set, and no table. */
const plain = { outputs: 1, table: new Float32Array(4), words: () => new Uint32Array(4) } as const;

/** Of equal logits the lower class; NaN is above none, as in `classMask`. Undefined for more classes than a byte counts. */
export function maskReading({ shape }: PlanTensor): GpuReading | undefined {
  const [, height = 1, width = 1, classes = 1] = shape;
  if (classes > 256) return undefined;
  const pixels = height * width;
  const words = Math.ceil(pixels / 4);
  const wgsl = `${bindings}
@compute @workgroup_size(${group})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${words}u) {
    return;
  }
  var packed = 0u;
  var unsound = 0u;
  for (var i = 0u; i < min(4u, ${pixels}u - 4u * id.x); i++) {
    let at = (4u * id.x + i) * ${padded(classes)}u;
    var best = 0u;
    var highest = select(rank(values[at]), 0xffffffffu, is_nan(values[at]));
    for (var c = 0u; c < ${classes}u; c++) {
      let bits = values[at + c];
      unsound += select(1u, 0u, is_number(bits));
      if (!is_nan(bits) && rank(bits) > highest) {
        best = c;
        highest = rank(bits);
      }
    }
    packed |= best << (8u * i);
  }
  result.pixels[id.x] = packed;
  if (unsound > 0u) {
    atomicAdd(&result.unsound, unsound);
  }
}
`;
  return {
    ...plain,
    wgsl,
    workgroups: Math.ceil(words / group),
    resultBytes: 4 * (headWords + words),
    read(result) {
      const bytes = new Uint8Array(result.buffer, result.byteOffset + 4 * headWords, pixels);
      const answer = { kind: 'mask', width, height, classes, mask: Uint16Array.from(bytes) } as const;
      return { unsound: result[0] as number, answer: () => answer };
    },
  };
}

export function matteReading(net: TaskNet, { shape }: PlanTensor): GpuReading {
  const [, height = 1, width = 1] = shape;
  const pixels = height * width;
  const share = givesLogits(net) ? 'bitcast<u32>(1.0 / (1.0 + exp(-bitcast<f32>(bits))))' : 'bits';
  const wgsl = `${bindings}
@compute @workgroup_size(${group})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${pixels}u) {
    return;
  }
  let bits = values[4u * id.x];
  if (is_number(bits)) {
    result.pixels[id.x] = ${share};
  } else {
    result.pixels[id.x] = bits;
    atomicAdd(&result.unsound, 1u);
  }
}
`;
  return {
    ...plain,
    wgsl,
    workgroups: Math.ceil(pixels / group),
    resultBytes: 4 * (headWords + pixels),
    read(result) {
      const own = new Float32Array(result.buffer, result.byteOffset + 4 * headWords, pixels);
      const answer = { kind: 'matte', width, height, share: own } as const;
      return { unsound: result[0] as number, answer: () => answer };
    },
  };
}
