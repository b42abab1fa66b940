// expandDepthwise/tile: x 1×14×14×112, y 1×14×14×672, y#sums 1×4×672
// 84 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 5488>;
@group(0) @binding(1) var<storage, read> w_expandColumns: array<vec4<f32>, 18816>;
@group(0) @binding(2) var<storage, read> w_expandBias: array<vec4<f32>, 168>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 32928>;
@group(0) @binding(4) var<storage, read> w_taps: array<vec4<f32>, 1512>;
@group(0) @binding(5) var<storage, read> w_bias: array<vec4<f32>, 168>;
@group(0) @binding(6) var<storage, read_write> out1: array<vec4<f32>, 672>;
var<workgroup> halo: array<vec4f, 576>;
var<workgroup> partial: array<vec4f, 256>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let lane = local % 2u;
  let own = (tile % 84u) * 2u + lane;
  let block = min(own, 167u);
  let part = (tile / 84u) % 1u;
  let n = tile / 84u;
  let tileRow = (part / 1u) * 14u;
  let tileColumn = (part % 1u) * 14u;
  let top = i32(tileRow * 1u) - 1;
  let left = i32(tileColumn * 1u) - 1;
  let firstY = max(top, 0);
  let firstX = max(left, 0);
  let rectangleWidth = u32(max(0, min(left + 18, 14) - firstX));
  let rectangle = u32(max(0, min(top + 16, 14) - firstY)) * rectangleWidth;
  for (var i = local / 2u; i * 4u < rectangle; i += 128u) { // 1 rounds
    let at0 = min(i * 4u + 0u, rectangle - 1u);
    let y0 = u32(firstY) + at0 / rectangleWidth;
    let x0 = u32(firstX) + at0 % rectangleWidth;
    let pixel0 = (n * 14u + y0) * 14u + x0;
    var e0 = w_expandBias[block];
    let at1 = min(i * 4u + 1u, rectangle - 1u);
    let y1 = u32(firstY) + at1 / rectangleWidth;
    let x1 = u32(firstX) + at1 % rectangleWidth;
    let pixel1 = (n * 14u + y1) * 14u + x1;
    var e1 = w_expandBias[block];
    let at2 = min(i * 4u + 2u, rectangle - 1u);
    let y2 = u32(firstY) + at2 / rectangleWidth;
    let x2 = u32(firstX) + at2 % rectangleWidth;
    let pixel2 = (n * 14u + y2) * 14u + x2;
    var e2 = w_expandBias[block];
    let at3 = min(i * 4u + 3u, rectangle - 1u);
    let y3 = u32(firstY) + at3 / rectangleWidth;
    let x3 = u32(firstX) + at3 % rectangleWidth;
    let pixel3 = (n * 14u + y3) * 14u + x3;
    var e3 = w_expandBias[block];
    for (var k = 0u; k < 28u; k++) {
      let at = k * 672u + block;
      let c = k;
      let w0 = w_expandColumns[at]; let w1 = w_expandColumns[at + 168u]; let w2 = w_expandColumns[at + 336u]; let w3 = w_expandColumns[at + 504u];
      { var x = in0[pixel0 * 28u + c];  e0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { var x = in0[pixel1 * 28u + c];  e1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { var x = in0[pixel2 * 28u + c];  e2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { var x = in0[pixel3 * 28u + c];  e3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    }
    e0 = clamp(e0, vec4f(0.0), vec4f(6.0));
    halo[((y0 - u32(top)) * 18u + (x0 - u32(left))) * 2u + lane] = e0;
    e1 = clamp(e1, vec4f(0.0), vec4f(6.0));
    halo[((y1 - u32(top)) * 18u + (x1 - u32(left))) * 2u + lane] = e1;
    e2 = clamp(e2, vec4f(0.0), vec4f(6.0));
    halo[((y2 - u32(top)) * 18u + (x2 - u32(left))) * 2u + lane] = e2;
    e3 = clamp(e3, vec4f(0.0), vec4f(6.0));
    halo[((y3 - u32(top)) * 18u + (x3 - u32(left))) * 2u + lane] = e3;
  }
  workgroupBarrier();
  var sum = vec4f();
  let start = w_bias[block];
  for (var i = local / 2u; i < 56u; i += 128u) {
    let innerRow = i / 4u;
    let innerColumn = (i % 4u) * 4u;
    var a0 = start; var a1 = start; var a2 = start; var a3 = start;
    for (var ky = 0u; ky < 3u; ky++) {
      let at = ((innerRow * 1u + ky * 1u) * 18u + innerColumn * 1u) * 2u + lane;
      let x0 = halo[at + 0u];
      let x1 = halo[at + 2u];
      let x2 = halo[at + 4u];
      let x3 = halo[at + 6u];
      let x4 = halo[at + 8u];
      let x5 = halo[at + 10u];
      { let w = w_taps[(ky * 3u + 0u) * 168u + block]; a0 += x0 * w; a1 += x1 * w; a2 += x2 * w; a3 += x3 * w; }
      { let w = w_taps[(ky * 3u + 1u) * 168u + block]; a0 += x1 * w; a1 += x2 * w; a2 += x3 * w; a3 += x4 * w; }
      { let w = w_taps[(ky * 3u + 2u) * 168u + block]; a0 += x2 * w; a1 += x3 * w; a2 += x4 * w; a3 += x5 * w; }
    }
    { let inner = innerColumn + 0u;
      if (inner < 14u) {
        let oy = tileRow + innerRow;
        let ox = tileColumn + inner;
        if (own < 168u && oy < 14u && ox < 14u) {
          let row = (n * 14u + oy) * 14u + ox;
          a0 = clamp(a0, vec4f(0.0), vec4f(6.0));
          out0[row * 168u + block] = a0;
          sum += a0;
        }
    } }
    { let inner = innerColumn + 1u;
      if (inner < 14u) {
        let oy = tileRow + innerRow;
        let ox = tileColumn + inner;
        if (own < 168u && oy < 14u && ox < 14u) {
          let row = (n * 14u + oy) * 14u + ox;
          a1 = clamp(a1, vec4f(0.0), vec4f(6.0));
          out0[row * 168u + block] = a1;
          sum += a1;
        }
    } }
    { let inner = innerColumn + 2u;
      if (inner < 14u) {
        let oy = tileRow + innerRow;
        let ox = tileColumn + inner;
        if (own < 168u && oy < 14u && ox < 14u) {
          let row = (n * 14u + oy) * 14u + ox;
          a2 = clamp(a2, vec4f(0.0), vec4f(6.0));
          out0[row * 168u + block] = a2;
          sum += a2;
        }
    } }
    { let inner = innerColumn + 3u;
      if (inner < 14u) {
        let oy = tileRow + innerRow;
        let ox = tileColumn + inner;
        if (own < 168u && oy < 14u && ox < 14u) {
          let row = (n * 14u + oy) * 14u + ox;
          a3 = clamp(a3, vec4f(0.0), vec4f(6.0));
          out0[row * 168u + block] = a3;
          sum += a3;
        }
    } }
  }
  partial[local] = sum;
  workgroupBarrier();
  if (local < 2u && own < 168u) {
    var whole = vec4f();
    for (var s = 0u; s < 128u; s++) { whole += partial[s * 2u + local]; }
    out1[(n * 1u + part) * 168u + own] = whole;
  }
}
