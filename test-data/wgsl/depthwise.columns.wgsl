// depthwise/columns: x 1×112×112×96, y 1×56×56×96
// 21 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 301056>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 216>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 24>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 75264>;
@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 336u) { return; }
  let block = index % 24u;
  let place = index / 24u;
  let strip = place % 14u;
  let chunk = (place / 14u) % 1u;
  let n = place / 14u;
  let source = block;
  let firstColumn = strip * 4u;
  let firstRow = i32(chunk * 56u);
  let left = i32(firstColumn * 2u) - 1;
  let inside0 = left + 0 >= 0 && left + 0 < 112; let column0 = u32(clamp(left + 0, 0, 111));
  let inside1 = left + 1 >= 0 && left + 1 < 112; let column1 = u32(clamp(left + 1, 0, 111));
  let inside2 = left + 2 >= 0 && left + 2 < 112; let column2 = u32(clamp(left + 2, 0, 111));
  let inside3 = left + 3 >= 0 && left + 3 < 112; let column3 = u32(clamp(left + 3, 0, 111));
  let inside4 = left + 4 >= 0 && left + 4 < 112; let column4 = u32(clamp(left + 4, 0, 111));
  let inside5 = left + 5 >= 0 && left + 5 < 112; let column5 = u32(clamp(left + 5, 0, 111));
  let inside6 = left + 6 >= 0 && left + 6 < 112; let column6 = u32(clamp(left + 6, 0, 111));
  let inside7 = left + 7 >= 0 && left + 7 < 112; let column7 = u32(clamp(left + 7, 0, 111));
  let inside8 = left + 8 >= 0 && left + 8 < 112; let column8 = u32(clamp(left + 8, 0, 111));
  let b = w_bias[block];
  let w0 = w_taps[0u + block];
  let w1 = w_taps[24u + block];
  let w2 = w_taps[48u + block];
  let w3 = w_taps[72u + block];
  let w4 = w_taps[96u + block];
  let w5 = w_taps[120u + block];
  let w6 = w_taps[144u + block];
  let w7 = w_taps[168u + block];
  let w8 = w_taps[192u + block];
  var r0_0: vec4f; var r0_1: vec4f; var r0_2: vec4f; var r0_3: vec4f; var r0_4: vec4f; var r0_5: vec4f; var r0_6: vec4f; var r0_7: vec4f; var r0_8: vec4f;
  var r1_0: vec4f; var r1_1: vec4f; var r1_2: vec4f; var r1_3: vec4f; var r1_4: vec4f; var r1_5: vec4f; var r1_6: vec4f; var r1_7: vec4f; var r1_8: vec4f;
  var r2_0: vec4f; var r2_1: vec4f; var r2_2: vec4f; var r2_3: vec4f; var r2_4: vec4f; var r2_5: vec4f; var r2_6: vec4f; var r2_7: vec4f; var r2_8: vec4f;
  for (var oy = firstRow - 1; oy < min(firstRow + 56, 56); oy++) {
    let top = oy * 2 - 1;
    { let y = top + 1;
      let rowInside = y >= 0 && y < 112;
      let rowStart = (n * 112u + u32(clamp(y, 0, 111))) * 112u;
      { var v = in0[(rowStart + column0) * 24u + source]; r1_0 = select(vec4f(), v, rowInside && inside0); }
      { var v = in0[(rowStart + column1) * 24u + source]; r1_1 = select(vec4f(), v, rowInside && inside1); }
      { var v = in0[(rowStart + column2) * 24u + source]; r1_2 = select(vec4f(), v, rowInside && inside2); }
      { var v = in0[(rowStart + column3) * 24u + source]; r1_3 = select(vec4f(), v, rowInside && inside3); }
      { var v = in0[(rowStart + column4) * 24u + source]; r1_4 = select(vec4f(), v, rowInside && inside4); }
      { var v = in0[(rowStart + column5) * 24u + source]; r1_5 = select(vec4f(), v, rowInside && inside5); }
      { var v = in0[(rowStart + column6) * 24u + source]; r1_6 = select(vec4f(), v, rowInside && inside6); }
      { var v = in0[(rowStart + column7) * 24u + source]; r1_7 = select(vec4f(), v, rowInside && inside7); }
      { var v = in0[(rowStart + column8) * 24u + source]; r1_8 = select(vec4f(), v, rowInside && inside8); } }
    { let y = top + 2;
      let rowInside = y >= 0 && y < 112;
      let rowStart = (n * 112u + u32(clamp(y, 0, 111))) * 112u;
      { var v = in0[(rowStart + column0) * 24u + source]; r2_0 = select(vec4f(), v, rowInside && inside0); }
      { var v = in0[(rowStart + column1) * 24u + source]; r2_1 = select(vec4f(), v, rowInside && inside1); }
      { var v = in0[(rowStart + column2) * 24u + source]; r2_2 = select(vec4f(), v, rowInside && inside2); }
      { var v = in0[(rowStart + column3) * 24u + source]; r2_3 = select(vec4f(), v, rowInside && inside3); }
      { var v = in0[(rowStart + column4) * 24u + source]; r2_4 = select(vec4f(), v, rowInside && inside4); }
      { var v = in0[(rowStart + column5) * 24u + source]; r2_5 = select(vec4f(), v, rowInside && inside5); }
      { var v = in0[(rowStart + column6) * 24u + source]; r2_6 = select(vec4f(), v, rowInside && inside6); }
      { var v = in0[(rowStart + column7) * 24u + source]; r2_7 = select(vec4f(), v, rowInside && inside7); }
      { var v = in0[(rowStart + column8) * 24u + source]; r2_8 = select(vec4f(), v, rowInside && inside8); } }
    { var acc0 = b + r0_0 * w0 + r0_1 * w1 + r0_2 * w2 + r1_0 * w3 + r1_1 * w4 + r1_2 * w5 + r2_0 * w6 + r2_1 * w7 + r2_2 * w8;
      if (firstColumn + 0u < 56u && oy >= firstRow) {
        let row = (n * 56u + u32(oy)) * 56u + firstColumn + 0u;
        acc0 = clamp(acc0, vec4f(0.0), vec4f(6.0));
        out0[row * 24u + block] = acc0;
    } }
    { var acc1 = b + r0_2 * w0 + r0_3 * w1 + r0_4 * w2 + r1_2 * w3 + r1_3 * w4 + r1_4 * w5 + r2_2 * w6 + r2_3 * w7 + r2_4 * w8;
      if (firstColumn + 1u < 56u && oy >= firstRow) {
        let row = (n * 56u + u32(oy)) * 56u + firstColumn + 1u;
        acc1 = clamp(acc1, vec4f(0.0), vec4f(6.0));
        out0[row * 24u + block] = acc1;
    } }
    { var acc2 = b + r0_4 * w0 + r0_5 * w1 + r0_6 * w2 + r1_4 * w3 + r1_5 * w4 + r1_6 * w5 + r2_4 * w6 + r2_5 * w7 + r2_6 * w8;
      if (firstColumn + 2u < 56u && oy >= firstRow) {
        let row = (n * 56u + u32(oy)) * 56u + firstColumn + 2u;
        acc2 = clamp(acc2, vec4f(0.0), vec4f(6.0));
        out0[row * 24u + block] = acc2;
    } }
    { var acc3 = b + r0_6 * w0 + r0_7 * w1 + r0_8 * w2 + r1_6 * w3 + r1_7 * w4 + r1_8 * w5 + r2_6 * w6 + r2_7 * w7 + r2_8 * w8;
      if (firstColumn + 3u < 56u && oy >= firstRow) {
        let row = (n * 56u + u32(oy)) * 56u + firstColumn + 3u;
        acc3 = clamp(acc3, vec4f(0.0), vec4f(6.0));
        out0[row * 24u + block] = acc3;
    } }
    r0_0 = r2_0; r0_1 = r2_1; r0_2 = r2_2; r0_3 = r2_3; r0_4 = r2_4; r0_5 = r2_5; r0_6 = r2_6; r0_7 = r2_7; r0_8 = r2_8;
  }
}
