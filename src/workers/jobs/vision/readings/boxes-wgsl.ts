// The shader that reads boxes: each anchor's scores against the threshold, and of those above it the decoded box (graph/tasks/detect/decode.ts).
import { placeScale, sizeScale, torchvisionCap } from '../../../../graph/tasks/detect/decode.ts';
import type { Detector } from '../../../../graph/tasks/detect/settings.ts';
import { bitsWgsl, group, padded } from './wgsl.ts';

export interface Records {
  /** Words a box: class and anchor, score, four sides, points. */
  readonly stride: number;
  /** Boxes that the result has room for; more are only counted. */
  readonly capacity: number;
}

export function boxesWgsl(detector: Detector, { stride, capacity }: Records): string {
  const { code, logits, softmax, background, size } = detector;
  const first = Number(background);
  const sums = `
  var largest = -3.4e38;
  for (var c = 0u; c < ${logits}u; c++) {
    largest = max(largest, bitcast<f32>(logits[row + c]));
  }
  var sum = 0.0;
  for (var c = 0u; c < ${logits}u; c++) {
    sum += exp(bitcast<f32>(logits[row + c]) - largest);
  }`;
  const points = `
  for (var k = 4u; k < ${code}u; k++) {
    let point = code(anchor, k) / ${size}.0 + select(anchors[anchor].x, anchors[anchor].y, k % 2u == 0u);
    result.records[at + 2u + k] = bitcast<u32>(point);
  }`;
  return `${bitsWgsl}
struct Result {
  count: atomic<u32>,
  best: atomic<u32>,
  unsound: atomic<u32>,
  rest: u32,
  records: array<u32>,
}
@group(0) @binding(0) var<storage, read> codes: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<u32>;
// Centre y, centre x, height, width.
@group(0) @binding(2) var<storage, read> anchors: array<vec4f>;
// The rank that a score must be above.
@group(0) @binding(3) var<storage, read> settings: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: Result;

fn code(anchor: u32, k: u32) -> f32 {
  return bitcast<f32>(codes[anchor * ${padded(code)}u + k]);
}
${decodeWgsl(detector)}
fn add(anchor: u32, class_index: u32, score: u32) {
  let slot = atomicAdd(&result.count, 1u);
  if (slot >= ${capacity}u) {
    return;
  }
  let at = slot * ${stride}u;
  let sides = decoded(anchor);
  result.records[at] = anchor * ${logits - first}u + class_index;
  result.records[at + 1u] = score;
  for (var k = 0u; k < 4u; k++) {
    result.records[at + 2u + k] = bitcast<u32>(sides[k]);
  }${code > 4 ? points : ''}
}

@compute @workgroup_size(${group})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let anchor = id.x;
  if (anchor >= ${detector.anchors.length / 4}u) {
    return;
  }
  let row = anchor * ${padded(logits)}u;
  var unsound = 0u;
  for (var k = 0u; k < ${code}u; k++) {
    unsound += select(1u, 0u, is_number(codes[anchor * ${padded(code)}u + k]));
  }
  for (var c = 0u; c < ${logits}u; c++) {
    unsound += select(1u, 0u, is_number(logits[row + c]));
  }
  if (unsound > 0u) {
    atomicAdd(&result.unsound, unsound);
  }${softmax ? sums : ''}
  var best = 0u;
  for (var c = ${first}u; c < ${logits}u; c++) {
    let score = ${softmax ? 'bitcast<u32>(exp(bitcast<f32>(logits[row + c]) - largest) / sum)' : 'logits[row + c]'};
    if (is_nan(score)) {
      continue;
    }
    let place = rank(score);
    best = max(best, place);
    if (place > settings[0]) {
      add(anchor, c - ${first}u, score);
    }
  }
  atomicMax(&result.best, best);
}
`;
}

/** Top, left, bottom, right in fractions of the input. */
function decodeWgsl({ coder, size }: Detector): string {
  const [y, x, h, w] = coder === 'tensorflow' ? ([0, 1, 2, 3] as const) : ([1, 0, 3, 2] as const);
  const side = (k: number, anchor: string): string => {
    const power = `code(anchor, ${k}u) / ${sizeScale}.0`;
    return `exp(${coder === 'torchvision' ? `min(${torchvisionCap}, ${power})` : power}) * ${anchor}`;
  };
  const place = (k: number, length: string, centre: string): string =>
    `code(anchor, ${k}u) / ${placeScale}.0 * ${length} + ${centre}`;
  const pair = (one: string, other: string): string => `vec2f(${one}, ${other})`;
  const raw = (k: number): string => `code(anchor, ${k}u) / ${size}.0`;
  const [centre, sides] =
    coder === 'blaze'
      ? [`${pair(raw(y), raw(x))} + own.xy`, pair(raw(h), raw(w))]
      : [pair(place(y, 'own.z', 'own.x'), place(x, 'own.w', 'own.y')), pair(side(h, 'own.z'), side(w, 'own.w'))];
  return `
fn decoded(anchor: u32) -> vec4f {
  let own = anchors[anchor];
  let centre = ${centre};
  let sides = ${sides};
  return vec4f(centre - 0.5 * sides, centre + 0.5 * sides);
}
`;
}
