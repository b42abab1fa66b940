// The GPU's side of graph/pictures/resample.ts: the same taps, the same integer sums, the same bytes; then mean and std through a table.

/** Where a shader's tables keep their sizes; the taps follow at {@link tapsAt}: from, count, weights. */
export const tapsAt = 8;

const sizes = `
// 0 width of the result, 1 height of the result, 2 weights a pixel, 3 first source row, 4 source rows, 5 width of the input, 6 height of the input,
// 7 whether rows and columns are exchanged throughout: columns are resized first`;

/** Resizes along rows, or along columns where they are first: picture → packed RGB bytes, one u32 a pixel. */
export const acrossWgsl = `${sizes}
@group(0) @binding(0) var source: texture_2d<f32>;
@group(0) @binding(1) var<storage, read> taps: array<i32>;
@group(0) @binding(2) var<storage, read_write> rows: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let width = u32(taps[0]);
  if (id.x >= width || id.y >= u32(taps[4])) {
    return;
  }
  let begin = taps[${tapsAt}u + id.x];
  let count = taps[${tapsAt}u + width + id.x];
  let at = ${tapsAt}u + 2u * width + id.x * u32(taps[2]);
  let y = taps[3] + i32(id.y);
  var sum = vec3i(1 << 21u);
  for (var k = 0; k < count; k++) {
    let texel = textureLoad(source, select(vec2i(begin + k, y), vec2i(y, begin + k), taps[7] != 0), 0);
    // Transparent parts lie on white.
    let bytes = vec3i(round(255.0 + (round(texel.rgb * 255.0) - 255.0) * texel.a));
    sum += bytes * taps[at + u32(k)];
  }
  let result = vec3u(clamp(sum >> vec3u(22u), vec3i(0), vec3i(255)));
  rows[id.y * width + id.x] = result.r | (result.g << 8u) | (result.b << 16u);
}
`;

/** Resizes along the other axis and looks the input's numbers up: packed RGB bytes → the net's input, 4 channels a pixel, the last one 0. */
export const downWgsl = `${sizes}
@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> taps: array<i32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> result_values: array<vec4f>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let width = u32(taps[0]);
  let height = u32(taps[1]);
  let columns = u32(taps[5]);
  if (id.x >= columns || id.y >= u32(taps[6])) {
    return;
  }
  let place = select(id.y * columns + id.x, id.x * u32(taps[6]) + id.y, taps[7] != 0);
  // Beside a picture that does not fill the input.
  if (id.x >= width || id.y >= height) {
    result_values[place] = vec4f(values[768], values[769], values[770], 0.0);
    return;
  }
  let begin = taps[${tapsAt}u + id.y] - taps[3];
  let count = taps[${tapsAt}u + height + id.y];
  let at = ${tapsAt}u + 2u * height + id.y * u32(taps[2]);
  var sum = vec3i(1 << 21u);
  for (var k = 0; k < count; k++) {
    let packed = rows[u32(begin + k) * width + id.x];
    sum += vec3i(vec3u(packed, packed >> 8u, packed >> 16u) & vec3u(255u)) * taps[at + u32(k)];
  }
  let result = vec3u(clamp(sum >> vec3u(22u), vec3i(0), vec3i(255)));
  result_values[place] = vec4f(values[result.r], values[256u + result.g], values[512u + result.b], 0.0);
}
`;
