// depthwise/rows: x 1×28×28×120, y 1×28×28×120
// 196 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 23520>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 750>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 30>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 23520>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let columnTile = tile % 2u;
  let part = (tile / 2u) % 98u;
  let n = tile / 196u;
  let place = part * 4u + local / 16u;
  var own: u32;
  var end: u32;
  {
    own = 0u + (columnTile - 0u) * 16u + local % 16u; end = 30u;
  }
  let live = own < end && place < 392u;
  let block = min(own, end - 1u);
  let source = block;
  if (live) {
    let start = w_bias[block];
    {
      let firstColumn = (place % 14u) * 2u;
      let firstRow = (place / 14u) * 1u;
      let left = i32(firstColumn * 1u) - 2;
      let inside0 = left + 0 >= 0 && left + 0 < 28; let column0 = u32(clamp(left + 0, 0, 27));
      let inside1 = left + 1 >= 0 && left + 1 < 28; let column1 = u32(clamp(left + 1, 0, 27));
      let inside2 = left + 2 >= 0 && left + 2 < 28; let column2 = u32(clamp(left + 2, 0, 27));
      let inside3 = left + 3 >= 0 && left + 3 < 28; let column3 = u32(clamp(left + 3, 0, 27));
      let inside4 = left + 4 >= 0 && left + 4 < 28; let column4 = u32(clamp(left + 4, 0, 27));
      let inside5 = left + 5 >= 0 && left + 5 < 28; let column5 = u32(clamp(left + 5, 0, 27));
      { let oy = firstRow;
        var a0 = start; var a1 = start;
        for (var ky = 0u; ky < 5u; ky++) {
          let y = i32(oy * 1u + ky * 1u) - 2;
          if (y < 0 || y >= 28) { continue; }
          let rowStart = (n * 28u + u32(y)) * 28u;
          var x0: vec4f;
          { var v = in0[(rowStart + column0) * 30u + source];  x0 = select(vec4f(), v, inside0); }
          var x1: vec4f;
          { var v = in0[(rowStart + column1) * 30u + source];  x1 = select(vec4f(), v, inside1); }
          var x2: vec4f;
          { var v = in0[(rowStart + column2) * 30u + source];  x2 = select(vec4f(), v, inside2); }
          var x3: vec4f;
          { var v = in0[(rowStart + column3) * 30u + source];  x3 = select(vec4f(), v, inside3); }
          var x4: vec4f;
          { var v = in0[(rowStart + column4) * 30u + source];  x4 = select(vec4f(), v, inside4); }
          var x5: vec4f;
          { var v = in0[(rowStart + column5) * 30u + source];  x5 = select(vec4f(), v, inside5); }
          { let w = w_taps[0u + (ky * 5u + 0u) * 30u + block - 0u]; a0 += x0 * w; a1 += x1 * w; }
          { let w = w_taps[0u + (ky * 5u + 1u) * 30u + block - 0u]; a0 += x1 * w; a1 += x2 * w; }
          { let w = w_taps[0u + (ky * 5u + 2u) * 30u + block - 0u]; a0 += x2 * w; a1 += x3 * w; }
          { let w = w_taps[0u + (ky * 5u + 3u) * 30u + block - 0u]; a0 += x3 * w; a1 += x4 * w; }
          { let w = w_taps[0u + (ky * 5u + 4u) * 30u + block - 0u]; a0 += x4 * w; a1 += x5 * w; }
        }
        {
          let row = (n * 28u + oy) * 28u + firstColumn + 0u;
          a0 = (a0 * clamp(a0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
          out0[row * 30u + block] = a0;
        }
        {
          let row = (n * 28u + oy) * 28u + firstColumn + 1u;
          a1 = (a1 * clamp(a1 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
          out0[row * 30u + block] = a1;
        }
      }
    }
  }
}
