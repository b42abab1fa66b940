// depthwisePointwise/chunked: x 1×112×112×32, y 1×112×112×16
// 392 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 100352>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_depthwiseBias: array<vec4<f32>, 8>;
@group(0) @binding(3) var<storage, read> w_columns: array<vec4<f32>, 128>;
@group(0) @binding(4) var<storage, read> w_bias: array<vec4<f32>, 4>;
@group(0) @binding(5) var<storage, read_write> out0: array<vec4<f32>, 50176>;
var<workgroup> staged: array<vec4f, 1024>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let firstColumn = (tile % 1u) * 8u;
  let place = (tile / 1u) % 392u;
  let n = tile / 392u;
  let tileRow = (place / 14u) * 4u;
  let tileColumn = (place % 14u) * 8u;
  let column = min(firstColumn + local % 8u, 3u);
  let firstPixel = ((local / 8u) % 8u) * 4u;
  let part = local / 64u;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  for (var first = 0u; first < 8u; first += 16u) {
    for (var i = local; i < 128u; i += 256u) {
      let c = first + i % 16u;
      if (c >= 8u) { continue; }
      let strip = i / 16u;
      let oy = tileRow + strip / 2u;
      let left = i32((tileColumn + (strip % 2u) * 4u) * 1u) - 1;
      let inside0 = left + 0 >= 0 && left + 0 < 112; let column0 = u32(clamp(left + 0, 0, 111));
      let inside1 = left + 1 >= 0 && left + 1 < 112; let column1 = u32(clamp(left + 1, 0, 111));
      let inside2 = left + 2 >= 0 && left + 2 < 112; let column2 = u32(clamp(left + 2, 0, 111));
      let inside3 = left + 3 >= 0 && left + 3 < 112; let column3 = u32(clamp(left + 3, 0, 111));
      let inside4 = left + 4 >= 0 && left + 4 < 112; let column4 = u32(clamp(left + 4, 0, 111));
      let inside5 = left + 5 >= 0 && left + 5 < 112; let column5 = u32(clamp(left + 5, 0, 111));
      let start = w_depthwiseBias[c];
      var f0 = start; var f1 = start; var f2 = start; var f3 = start;
      for (var ky = 0u; ky < 3u; ky++) {
        let y = i32(oy * 1u + ky * 1u) - 1;
        if (y < 0 || y >= 112) { continue; }
        let rowStart = (n * 112u + u32(y)) * 112u;
        var x0: vec4f;
        { var v = in0[(rowStart + column0) * 8u + c]; x0 = select(vec4f(), v, inside0); }
        var x1: vec4f;
        { var v = in0[(rowStart + column1) * 8u + c]; x1 = select(vec4f(), v, inside1); }
        var x2: vec4f;
        { var v = in0[(rowStart + column2) * 8u + c]; x2 = select(vec4f(), v, inside2); }
        var x3: vec4f;
        { var v = in0[(rowStart + column3) * 8u + c]; x3 = select(vec4f(), v, inside3); }
        var x4: vec4f;
        { var v = in0[(rowStart + column4) * 8u + c]; x4 = select(vec4f(), v, inside4); }
        var x5: vec4f;
        { var v = in0[(rowStart + column5) * 8u + c]; x5 = select(vec4f(), v, inside5); }
        { let w = w_taps[(ky * 3u + 0u) * 8u + c]; f0 += x0 * w; f1 += x1 * w; f2 += x2 * w; f3 += x3 * w; }
        { let w = w_taps[(ky * 3u + 1u) * 8u + c]; f0 += x1 * w; f1 += x2 * w; f2 += x3 * w; f3 += x4 * w; }
        { let w = w_taps[(ky * 3u + 2u) * 8u + c]; f0 += x2 * w; f1 += x3 * w; f2 += x4 * w; f3 += x5 * w; }
      }
      f0 = clamp(f0, vec4f(0.0), vec4f(6.0));
      staged[(strip * 4u + 0u) * 16u + i % 16u] = f0;
      f1 = clamp(f1, vec4f(0.0), vec4f(6.0));
      staged[(strip * 4u + 1u) * 16u + i % 16u] = f1;
      f2 = clamp(f2, vec4f(0.0), vec4f(6.0));
      staged[(strip * 4u + 2u) * 16u + i % 16u] = f2;
      f3 = clamp(f3, vec4f(0.0), vec4f(6.0));
      staged[(strip * 4u + 3u) * 16u + i % 16u] = f3;
    }
    workgroupBarrier();
    for (var k = part; k < min(16u, 8u - first); k += 4u) {
      let at = (first + k) * 16u + column;
      let w0 = w_columns[at]; let w1 = w_columns[at + 4u]; let w2 = w_columns[at + 8u]; let w3 = w_columns[at + 12u];
      { let x = staged[(firstPixel + 0u) * 16u + k]; a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 1u) * 16u + k]; a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 2u) * 16u + k]; a2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 3u) * 16u + k]; a3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    }
    workgroupBarrier();
  }
  staged[((firstPixel + 0u) * 8u + local % 8u) * 4u + part] = a0;
  staged[((firstPixel + 1u) * 8u + local % 8u) * 4u + part] = a1;
  staged[((firstPixel + 2u) * 8u + local % 8u) * 4u + part] = a2;
  staged[((firstPixel + 3u) * 8u + local % 8u) * 4u + part] = a3;
  workgroupBarrier();
  for (var i = local; i < 256u; i += 256u) {
    let block = firstColumn + i % 8u;
    var v = w_bias[min(block, 3u)];
    for (var p = 0u; p < 4u; p++) { v += staged[i * 4u + p]; }
    { let oy = tileRow + (i / 8u) / 8u;
      let ox = tileColumn + (i / 8u) % 8u;
      if (oy < 112u && ox < 112u && block < 4u) {
        let row = (n * 112u + oy) * 112u + ox;
        out0[row * 4u + block] = v;
    } }
  }
}
