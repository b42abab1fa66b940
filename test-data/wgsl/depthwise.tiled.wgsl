// depthwise/tiled: x 1×14×14×96, y 1×14×14×96
// 24 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 4704>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 1176>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 24>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 4704>;
var<workgroup> staged: array<vec4f, 784>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let firstBlock = (tile % 6u) * 4u;
  let part = (tile / 6u) % 4u;
  let n = tile / 24u;
  let tileRow = (part / 2u) * 8u;
  let tileColumn = (part % 2u) * 8u;
  let top = i32(tileRow * 1u) - 3;
  let left = i32(tileColumn * 1u) - 3;
  for (var i = local; i < 784u; i += 64u) {
    let own = firstBlock + i % 4u;
    let place = i / 4u;
    let y = top + i32(place / 14u);
    let ix = left + i32(place % 14u);
    var v = vec4f();
    if (own < 24u && y >= 0 && y < 14 && ix >= 0 && ix < 14) {
      let c = own;
      let pixel = (n * 14u + u32(y)) * 14u + u32(ix);
      v = in0[pixel * 24u + c];
    }
    staged[i] = v;
  }
  workgroupBarrier();
  let lane = local % 4u;
  let own = firstBlock + lane;
  let block = min(own, 23u);
  let strip = local / 4u;
  let innerRow = strip / 2u;
  let innerColumn = (strip % 2u) * 4u;
  let start = w_bias[block];
  var a0 = start; var a1 = start; var a2 = start; var a3 = start;
  for (var ky = 0u; ky < 7u; ky++) {
    let at = ((innerRow * 1u + ky * 1u) * 14u + innerColumn * 1u) * 4u + lane;
    let x0 = staged[at + 0u];
    let x1 = staged[at + 4u];
    let x2 = staged[at + 8u];
    let x3 = staged[at + 12u];
    let x4 = staged[at + 16u];
    let x5 = staged[at + 20u];
    let x6 = staged[at + 24u];
    let x7 = staged[at + 28u];
    let x8 = staged[at + 32u];
    let x9 = staged[at + 36u];
    { let w = w_taps[(ky * 7u + 0u) * 24u + block]; a0 += x0 * w; a1 += x1 * w; a2 += x2 * w; a3 += x3 * w; }
    { let w = w_taps[(ky * 7u + 1u) * 24u + block]; a0 += x1 * w; a1 += x2 * w; a2 += x3 * w; a3 += x4 * w; }
    { let w = w_taps[(ky * 7u + 2u) * 24u + block]; a0 += x2 * w; a1 += x3 * w; a2 += x4 * w; a3 += x5 * w; }
    { let w = w_taps[(ky * 7u + 3u) * 24u + block]; a0 += x3 * w; a1 += x4 * w; a2 += x5 * w; a3 += x6 * w; }
    { let w = w_taps[(ky * 7u + 4u) * 24u + block]; a0 += x4 * w; a1 += x5 * w; a2 += x6 * w; a3 += x7 * w; }
    { let w = w_taps[(ky * 7u + 5u) * 24u + block]; a0 += x5 * w; a1 += x6 * w; a2 += x7 * w; a3 += x8 * w; }
    { let w = w_taps[(ky * 7u + 6u) * 24u + block]; a0 += x6 * w; a1 += x7 * w; a2 += x8 * w; a3 += x9 * w; }
  }
  let oy = tileRow + innerRow;
  { let ox = tileColumn + innerColumn + 0u;
    if (own < 24u && oy < 14u && ox < 14u) {
      let row = (n * 14u + oy) * 14u + ox;
      out0[row * 24u + block] = a0;
  } }
  { let ox = tileColumn + innerColumn + 1u;
    if (own < 24u && oy < 14u && ox < 14u) {
      let row = (n * 14u + oy) * 14u + ox;
      out0[row * 24u + block] = a1;
  } }
  { let ox = tileColumn + innerColumn + 2u;
    if (own < 24u && oy < 14u && ox < 14u) {
      let row = (n * 14u + oy) * 14u + ox;
      out0[row * 24u + block] = a2;
  } }
  { let ox = tileColumn + innerColumn + 3u;
    if (own < 24u && oy < 14u && ox < 14u) {
      let row = (n * 14u + oy) * 14u + ox;
      out0[row * 24u + block] = a3;
  } }
}
