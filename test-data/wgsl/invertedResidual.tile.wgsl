// invertedResidual/tile: x 1×56×56×24, y 1×56×56×24
// 49 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 18816>;
@group(0) @binding(1) var<storage, read> w_expandColumns: array<vec4<f32>, 864>;
@group(0) @binding(2) var<storage, read> w_expandBias: array<vec4<f32>, 36>;
@group(0) @binding(3) var<storage, read> w_taps: array<vec4<f32>, 324>;
@group(0) @binding(4) var<storage, read> w_depthwiseBias: array<vec4<f32>, 36>;
@group(0) @binding(5) var<storage, read> w_columns: array<vec4<f32>, 864>;
@group(0) @binding(6) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(7) var<storage, read_write> out0: array<vec4<f32>, 18816>;
var<workgroup> halo: array<vec4f, 400>;
var<workgroup> filtered: array<vec4f, 256>;
@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let lane = local % 4u;
  let n = tile / 49u;
  let place = tile % 49u;
  let tileRow = (place / 7u) * 8u;
  let tileColumn = (place % 7u) * 8u;
  let top = i32(tileRow * 1u) - 1;
  let left = i32(tileColumn * 1u) - 1;
  let column = local % 6u;
  let firstPixel = (local / 6u) * 4u;
  let projects = firstPixel < 64u;
  let start = w_bias[column];
  var s0 = start;
  var s1 = start;
  var s2 = start;
  var s3 = start;
  for (var first = 0u; first < 36u; first += 4u) {
    let block = min(first + lane, 35u);
    let firstY = max(top, 0);
    let firstX = max(left, 0);
    let rectangleWidth = u32(max(0, min(left + 10, 56) - firstX));
    let rectangle = u32(max(0, min(top + 10, 56) - firstY)) * rectangleWidth;
    for (var i = local / 4u; i * 4u < rectangle; i += 32u) { // 1 rounds
      let at0 = min(i * 4u + 0u, rectangle - 1u);
      let y0 = u32(firstY) + at0 / rectangleWidth;
      let x0 = u32(firstX) + at0 % rectangleWidth;
      let pixel0 = (n * 56u + y0) * 56u + x0;
      var e0 = w_expandBias[block];
      let at1 = min(i * 4u + 1u, rectangle - 1u);
      let y1 = u32(firstY) + at1 / rectangleWidth;
      let x1 = u32(firstX) + at1 % rectangleWidth;
      let pixel1 = (n * 56u + y1) * 56u + x1;
      var e1 = w_expandBias[block];
      let at2 = min(i * 4u + 2u, rectangle - 1u);
      let y2 = u32(firstY) + at2 / rectangleWidth;
      let x2 = u32(firstX) + at2 % rectangleWidth;
      let pixel2 = (n * 56u + y2) * 56u + x2;
      var e2 = w_expandBias[block];
      let at3 = min(i * 4u + 3u, rectangle - 1u);
      let y3 = u32(firstY) + at3 / rectangleWidth;
      let x3 = u32(firstX) + at3 % rectangleWidth;
      let pixel3 = (n * 56u + y3) * 56u + x3;
      var e3 = w_expandBias[block];
      for (var k = 0u; k < 6u; k++) {
        let at = k * 144u + block;
        let c = k;
        let w0 = w_expandColumns[at]; let w1 = w_expandColumns[at + 36u]; let w2 = w_expandColumns[at + 72u]; let w3 = w_expandColumns[at + 108u];
        { var x = in0[pixel0 * 6u + c];  e0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
        { var x = in0[pixel1 * 6u + c];  e1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
        { var x = in0[pixel2 * 6u + c];  e2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
        { var x = in0[pixel3 * 6u + c];  e3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      }
      e0 = clamp(e0, vec4f(0.0), vec4f(6.0));
      halo[((y0 - u32(top)) * 10u + (x0 - u32(left))) * 4u + lane] = e0;
      e1 = clamp(e1, vec4f(0.0), vec4f(6.0));
      halo[((y1 - u32(top)) * 10u + (x1 - u32(left))) * 4u + lane] = e1;
      e2 = clamp(e2, vec4f(0.0), vec4f(6.0));
      halo[((y2 - u32(top)) * 10u + (x2 - u32(left))) * 4u + lane] = e2;
      e3 = clamp(e3, vec4f(0.0), vec4f(6.0));
      halo[((y3 - u32(top)) * 10u + (x3 - u32(left))) * 4u + lane] = e3;
    }
    workgroupBarrier();
    {
      let start = w_depthwiseBias[block];
      for (var i = local / 4u; i < 16u; i += 32u) {
        let innerRow = i / 2u;
        let innerColumn = (i % 2u) * 4u;
        var a0 = start; var a1 = start; var a2 = start; var a3 = start;
        for (var ky = 0u; ky < 3u; ky++) {
          let at = ((innerRow * 1u + ky * 1u) * 10u + innerColumn * 1u) * 4u + lane;
          let x0 = halo[at + 0u];
          let x1 = halo[at + 4u];
          let x2 = halo[at + 8u];
          let x3 = halo[at + 12u];
          let x4 = halo[at + 16u];
          let x5 = halo[at + 20u];
          { let w = w_taps[(ky * 3u + 0u) * 36u + block]; a0 += x0 * w; a1 += x1 * w; a2 += x2 * w; a3 += x3 * w; }
          { let w = w_taps[(ky * 3u + 1u) * 36u + block]; a0 += x1 * w; a1 += x2 * w; a2 += x3 * w; a3 += x4 * w; }
          { let w = w_taps[(ky * 3u + 2u) * 36u + block]; a0 += x2 * w; a1 += x3 * w; a2 += x4 * w; a3 += x5 * w; }
        }
        { let inner = innerColumn + 0u;
          a0 = clamp(a0, vec4f(0.0), vec4f(6.0));
          filtered[(innerRow * 8u + inner) * 4u + lane] = a0; }
        { let inner = innerColumn + 1u;
          a1 = clamp(a1, vec4f(0.0), vec4f(6.0));
          filtered[(innerRow * 8u + inner) * 4u + lane] = a1; }
        { let inner = innerColumn + 2u;
          a2 = clamp(a2, vec4f(0.0), vec4f(6.0));
          filtered[(innerRow * 8u + inner) * 4u + lane] = a2; }
        { let inner = innerColumn + 3u;
          a3 = clamp(a3, vec4f(0.0), vec4f(6.0));
          filtered[(innerRow * 8u + inner) * 4u + lane] = a3; }
      }
    }
    workgroupBarrier();
    if (projects) {
      for (var k = 0u; k < min(4u, 36u - first); k++) {
        let at = (first + k) * 24u + column;
        let w0 = w_columns[at]; let w1 = w_columns[at + 6u]; let w2 = w_columns[at + 12u]; let w3 = w_columns[at + 18u];
        { let x = filtered[(firstPixel + 0u) * 4u + k]; s0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
        { let x = filtered[(firstPixel + 1u) * 4u + k]; s1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
        { let x = filtered[(firstPixel + 2u) * 4u + k]; s2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
        { let x = filtered[(firstPixel + 3u) * 4u + k]; s3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      }
    }
  }
  if (!projects) { return; }
  { let oy = tileRow + (firstPixel + 0u) / 8u;
    let ox = tileColumn + (firstPixel + 0u) % 8u;
    if (oy < 56u && ox < 56u) {
      let row = (n * 56u + oy) * 56u + ox;
      out0[row * 6u + column] = s0;
  } }
  { let oy = tileRow + (firstPixel + 1u) / 8u;
    let ox = tileColumn + (firstPixel + 1u) % 8u;
    if (oy < 56u && ox < 56u) {
      let row = (n * 56u + oy) * 56u + ox;
      out0[row * 6u + column] = s1;
  } }
  { let oy = tileRow + (firstPixel + 2u) / 8u;
    let ox = tileColumn + (firstPixel + 2u) % 8u;
    if (oy < 56u && ox < 56u) {
      let row = (n * 56u + oy) * 56u + ox;
      out0[row * 6u + column] = s2;
  } }
  { let oy = tileRow + (firstPixel + 3u) / 8u;
    let ox = tileColumn + (firstPixel + 3u) % 8u;
    if (oy < 56u && ox < 56u) {
      let row = (n * 56u + oy) * 56u + ox;
      out0[row * 6u + column] = s3;
  } }
}
