// conv2d/strip: x 1×224×224×3, y 1×112×112×32
// 392 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 50176>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 288>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 8>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 100352>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let block = (tile % 1u) * 8u + local % 8u;
  let place = (tile / 1u) * 8u + local / 8u;
  if (block < 8u && place < 3136u) {
    let column = block;
    let firstColumn = (place % 28u) * 4u;
    let oy = (place / 28u) % 112u;
    let n = place / 3136u;
    let left = i32(firstColumn * 2u) - 1;
    let inside0 = left + 0 >= 0 && left + 0 < 224; let column0 = u32(clamp(left + 0, 0, 223));
    let inside1 = left + 1 >= 0 && left + 1 < 224; let column1 = u32(clamp(left + 1, 0, 223));
    let inside2 = left + 2 >= 0 && left + 2 < 224; let column2 = u32(clamp(left + 2, 0, 223));
    let inside3 = left + 3 >= 0 && left + 3 < 224; let column3 = u32(clamp(left + 3, 0, 223));
    let inside4 = left + 4 >= 0 && left + 4 < 224; let column4 = u32(clamp(left + 4, 0, 223));
    let inside5 = left + 5 >= 0 && left + 5 < 224; let column5 = u32(clamp(left + 5, 0, 223));
    let inside6 = left + 6 >= 0 && left + 6 < 224; let column6 = u32(clamp(left + 6, 0, 223));
    let inside7 = left + 7 >= 0 && left + 7 < 224; let column7 = u32(clamp(left + 7, 0, 223));
    let inside8 = left + 8 >= 0 && left + 8 < 224; let column8 = u32(clamp(left + 8, 0, 223));
    let start = w_bias[block];
    var a0 = start; var a1 = start; var a2 = start; var a3 = start;
    for (var ky = 0u; ky < 3u; ky++) {
      let y = i32(oy * 2u + ky * 1u) - 1;
      if (y < 0 || y >= 224) { continue; }
      let rowStart = (n * 224u + u32(y)) * 224u;
      { let k = 0u;
        let c = k;
        var x0: vec4f;
        { var v = in0[(rowStart + column0) * 1u + c]; x0 = select(vec4f(), v, inside0); }
        var x1: vec4f;
        { var v = in0[(rowStart + column1) * 1u + c]; x1 = select(vec4f(), v, inside1); }
        var x2: vec4f;
        { var v = in0[(rowStart + column2) * 1u + c]; x2 = select(vec4f(), v, inside2); }
        var x3: vec4f;
        { var v = in0[(rowStart + column3) * 1u + c]; x3 = select(vec4f(), v, inside3); }
        var x4: vec4f;
        { var v = in0[(rowStart + column4) * 1u + c]; x4 = select(vec4f(), v, inside4); }
        var x5: vec4f;
        { var v = in0[(rowStart + column5) * 1u + c]; x5 = select(vec4f(), v, inside5); }
        var x6: vec4f;
        { var v = in0[(rowStart + column6) * 1u + c]; x6 = select(vec4f(), v, inside6); }
        var x7: vec4f;
        { var v = in0[(rowStart + column7) * 1u + c]; x7 = select(vec4f(), v, inside7); }
        var x8: vec4f;
        { var v = in0[(rowStart + column8) * 1u + c]; x8 = select(vec4f(), v, inside8); }
        { let at = ((ky * 3u + 0u) * 1u + k) * 32u + column;
          let w0 = w_columns[at]; let w1 = w_columns[at + 8u]; let w2 = w_columns[at + 16u];
          a0 += x0.x * w0 + x0.y * w1 + x0.z * w2; a1 += x2.x * w0 + x2.y * w1 + x2.z * w2; a2 += x4.x * w0 + x4.y * w1 + x4.z * w2; a3 += x6.x * w0 + x6.y * w1 + x6.z * w2; }
        { let at = ((ky * 3u + 1u) * 1u + k) * 32u + column;
          let w0 = w_columns[at]; let w1 = w_columns[at + 8u]; let w2 = w_columns[at + 16u];
          a0 += x1.x * w0 + x1.y * w1 + x1.z * w2; a1 += x3.x * w0 + x3.y * w1 + x3.z * w2; a2 += x5.x * w0 + x5.y * w1 + x5.z * w2; a3 += x7.x * w0 + x7.y * w1 + x7.z * w2; }
        { let at = ((ky * 3u + 2u) * 1u + k) * 32u + column;
          let w0 = w_columns[at]; let w1 = w_columns[at + 8u]; let w2 = w_columns[at + 16u];
          a0 += x2.x * w0 + x2.y * w1 + x2.z * w2; a1 += x4.x * w0 + x4.y * w1 + x4.z * w2; a2 += x6.x * w0 + x6.y * w1 + x6.z * w2; a3 += x8.x * w0 + x8.y * w1 + x8.z * w2; }
      }
    }
    let firstOut = (n * 112u + oy) * 112u + firstColumn;
    {
      let row = firstOut + 0u;
      a0 = clamp(a0, vec4f(0.0), vec4f(6.0));
      out0[row * 8u + block] = a0;
    }
    {
      let row = firstOut + 1u;
      a1 = clamp(a1, vec4f(0.0), vec4f(6.0));
      out0[row * 8u + block] = a1;
    }
    {
      let row = firstOut + 2u;
      a2 = clamp(a2, vec4f(0.0), vec4f(6.0));
      out0[row * 8u + block] = a2;
    }
    {
      let row = firstOut + 3u;
      a3 = clamp(a3, vec4f(0.0), vec4f(6.0));
      out0[row * 8u + block] = a3;
    }
  }
}
