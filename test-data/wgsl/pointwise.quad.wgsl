// pointwise/quad: x 1×14×14×96, y 1×14×14×576
// 234 × 1 × 1 workgroups
enable subgroups;
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 4704>;
@group(0) @binding(1) var<storage, read> w_quads: array<vec4<f32>, 13824>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 144>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 28224>;
@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = local & 3u;
  let quad = (group.y * 234u + group.x) * 2u + (local >> 2u);
  let tile = min(quad, 467u);
  let columnTile = tile % 36u;
  let firstRow = (tile / 36u) * 16u + lane;
  let live0 = quad < 468u && firstRow + 0u < 196u;
  let row0 = min(firstRow + 0u, 195u);
  let pixel0 = row0;
  let live1 = quad < 468u && firstRow + 4u < 196u;
  let row1 = min(firstRow + 4u, 195u);
  let pixel1 = row1;
  let live2 = quad < 468u && firstRow + 8u < 196u;
  let row2 = min(firstRow + 8u, 195u);
  let pixel2 = row2;
  let live3 = quad < 468u && firstRow + 12u < 196u;
  let row3 = min(firstRow + 12u, 195u);
  let pixel3 = row3;
  var a0_0 = 0.0; var a0_1 = 0.0; var a0_2 = 0.0; var a0_3 = 0.0; var a0_4 = 0.0; var a0_5 = 0.0; var a0_6 = 0.0; var a0_7 = 0.0; var a0_8 = 0.0; var a0_9 = 0.0; var a0_10 = 0.0; var a0_11 = 0.0; var a0_12 = 0.0; var a0_13 = 0.0; var a0_14 = 0.0; var a0_15 = 0.0;
  var a1_0 = 0.0; var a1_1 = 0.0; var a1_2 = 0.0; var a1_3 = 0.0; var a1_4 = 0.0; var a1_5 = 0.0; var a1_6 = 0.0; var a1_7 = 0.0; var a1_8 = 0.0; var a1_9 = 0.0; var a1_10 = 0.0; var a1_11 = 0.0; var a1_12 = 0.0; var a1_13 = 0.0; var a1_14 = 0.0; var a1_15 = 0.0;
  var a2_0 = 0.0; var a2_1 = 0.0; var a2_2 = 0.0; var a2_3 = 0.0; var a2_4 = 0.0; var a2_5 = 0.0; var a2_6 = 0.0; var a2_7 = 0.0; var a2_8 = 0.0; var a2_9 = 0.0; var a2_10 = 0.0; var a2_11 = 0.0; var a2_12 = 0.0; var a2_13 = 0.0; var a2_14 = 0.0; var a2_15 = 0.0;
  var a3_0 = 0.0; var a3_1 = 0.0; var a3_2 = 0.0; var a3_3 = 0.0; var a3_4 = 0.0; var a3_5 = 0.0; var a3_6 = 0.0; var a3_7 = 0.0; var a3_8 = 0.0; var a3_9 = 0.0; var a3_10 = 0.0; var a3_11 = 0.0; var a3_12 = 0.0; var a3_13 = 0.0; var a3_14 = 0.0; var a3_15 = 0.0;
  let tap = 0u;
  let at = (columnTile * 1u + tap) * 384u + lane;
  for (var k = 0u; k < 24u; k++) {
    let c = 0u + k;
    var x0 = in0[pixel0 * 24u + c];
    var x1 = in0[pixel1 * 24u + c];
    var x2 = in0[pixel2 * 24u + c];
    var x3 = in0[pixel3 * 24u + c];
    let weightAt = at + k * 16u;
    { let w0 = w_quads[weightAt + 0u]; let w1 = quadSwapX(w0); let w2 = quadSwapY(w0); let w3 = quadSwapDiagonal(w0);
      a0_0 += dot(x0, w0);
      a0_1 += dot(x0, w1);
      a0_2 += dot(x0, w2);
      a0_3 += dot(x0, w3);
      a1_0 += dot(x1, w0);
      a1_1 += dot(x1, w1);
      a1_2 += dot(x1, w2);
      a1_3 += dot(x1, w3);
      a2_0 += dot(x2, w0);
      a2_1 += dot(x2, w1);
      a2_2 += dot(x2, w2);
      a2_3 += dot(x2, w3);
      a3_0 += dot(x3, w0);
      a3_1 += dot(x3, w1);
      a3_2 += dot(x3, w2);
      a3_3 += dot(x3, w3);
    }
    { let w0 = w_quads[weightAt + 4u]; let w1 = quadSwapX(w0); let w2 = quadSwapY(w0); let w3 = quadSwapDiagonal(w0);
      a0_4 += dot(x0, w0);
      a0_5 += dot(x0, w1);
      a0_6 += dot(x0, w2);
      a0_7 += dot(x0, w3);
      a1_4 += dot(x1, w0);
      a1_5 += dot(x1, w1);
      a1_6 += dot(x1, w2);
      a1_7 += dot(x1, w3);
      a2_4 += dot(x2, w0);
      a2_5 += dot(x2, w1);
      a2_6 += dot(x2, w2);
      a2_7 += dot(x2, w3);
      a3_4 += dot(x3, w0);
      a3_5 += dot(x3, w1);
      a3_6 += dot(x3, w2);
      a3_7 += dot(x3, w3);
    }
    { let w0 = w_quads[weightAt + 8u]; let w1 = quadSwapX(w0); let w2 = quadSwapY(w0); let w3 = quadSwapDiagonal(w0);
      a0_8 += dot(x0, w0);
      a0_9 += dot(x0, w1);
      a0_10 += dot(x0, w2);
      a0_11 += dot(x0, w3);
      a1_8 += dot(x1, w0);
      a1_9 += dot(x1, w1);
      a1_10 += dot(x1, w2);
      a1_11 += dot(x1, w3);
      a2_8 += dot(x2, w0);
      a2_9 += dot(x2, w1);
      a2_10 += dot(x2, w2);
      a2_11 += dot(x2, w3);
      a3_8 += dot(x3, w0);
      a3_9 += dot(x3, w1);
      a3_10 += dot(x3, w2);
      a3_11 += dot(x3, w3);
    }
    { let w0 = w_quads[weightAt + 12u]; let w1 = quadSwapX(w0); let w2 = quadSwapY(w0); let w3 = quadSwapDiagonal(w0);
      a0_12 += dot(x0, w0);
      a0_13 += dot(x0, w1);
      a0_14 += dot(x0, w2);
      a0_15 += dot(x0, w3);
      a1_12 += dot(x1, w0);
      a1_13 += dot(x1, w1);
      a1_14 += dot(x1, w2);
      a1_15 += dot(x1, w3);
      a2_12 += dot(x2, w0);
      a2_13 += dot(x2, w1);
      a2_14 += dot(x2, w2);
      a2_15 += dot(x2, w3);
      a3_12 += dot(x3, w0);
      a3_13 += dot(x3, w1);
      a3_14 += dot(x3, w2);
      a3_15 += dot(x3, w3);
    }
  }
  let firstBlock = columnTile * 4u;
  let bias0 = w_bias[firstBlock + 0u];
  let bias1 = w_bias[firstBlock + 1u];
  let bias2 = w_bias[firstBlock + 2u];
  let bias3 = w_bias[firstBlock + 3u];
  let odd = (lane & 1u) != 0u;
  let high = (lane & 2u) != 0u;
  { let b0 = select(a0_0, a0_1, odd); let b1 = select(a0_1, a0_0, odd); let b2 = select(a0_2, a0_3, odd); let b3 = select(a0_3, a0_2, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 0u;
    if (live0) {
      v += bias0;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row0 * 144u + block] = v;
    }
  }
  { let b0 = select(a0_4, a0_5, odd); let b1 = select(a0_5, a0_4, odd); let b2 = select(a0_6, a0_7, odd); let b3 = select(a0_7, a0_6, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 1u;
    if (live0) {
      v += bias1;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row0 * 144u + block] = v;
    }
  }
  { let b0 = select(a0_8, a0_9, odd); let b1 = select(a0_9, a0_8, odd); let b2 = select(a0_10, a0_11, odd); let b3 = select(a0_11, a0_10, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 2u;
    if (live0) {
      v += bias2;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row0 * 144u + block] = v;
    }
  }
  { let b0 = select(a0_12, a0_13, odd); let b1 = select(a0_13, a0_12, odd); let b2 = select(a0_14, a0_15, odd); let b3 = select(a0_15, a0_14, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 3u;
    if (live0) {
      v += bias3;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row0 * 144u + block] = v;
    }
  }
  { let b0 = select(a1_0, a1_1, odd); let b1 = select(a1_1, a1_0, odd); let b2 = select(a1_2, a1_3, odd); let b3 = select(a1_3, a1_2, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 0u;
    if (live1) {
      v += bias0;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row1 * 144u + block] = v;
    }
  }
  { let b0 = select(a1_4, a1_5, odd); let b1 = select(a1_5, a1_4, odd); let b2 = select(a1_6, a1_7, odd); let b3 = select(a1_7, a1_6, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 1u;
    if (live1) {
      v += bias1;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row1 * 144u + block] = v;
    }
  }
  { let b0 = select(a1_8, a1_9, odd); let b1 = select(a1_9, a1_8, odd); let b2 = select(a1_10, a1_11, odd); let b3 = select(a1_11, a1_10, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 2u;
    if (live1) {
      v += bias2;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row1 * 144u + block] = v;
    }
  }
  { let b0 = select(a1_12, a1_13, odd); let b1 = select(a1_13, a1_12, odd); let b2 = select(a1_14, a1_15, odd); let b3 = select(a1_15, a1_14, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 3u;
    if (live1) {
      v += bias3;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row1 * 144u + block] = v;
    }
  }
  { let b0 = select(a2_0, a2_1, odd); let b1 = select(a2_1, a2_0, odd); let b2 = select(a2_2, a2_3, odd); let b3 = select(a2_3, a2_2, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 0u;
    if (live2) {
      v += bias0;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row2 * 144u + block] = v;
    }
  }
  { let b0 = select(a2_4, a2_5, odd); let b1 = select(a2_5, a2_4, odd); let b2 = select(a2_6, a2_7, odd); let b3 = select(a2_7, a2_6, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 1u;
    if (live2) {
      v += bias1;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row2 * 144u + block] = v;
    }
  }
  { let b0 = select(a2_8, a2_9, odd); let b1 = select(a2_9, a2_8, odd); let b2 = select(a2_10, a2_11, odd); let b3 = select(a2_11, a2_10, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 2u;
    if (live2) {
      v += bias2;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row2 * 144u + block] = v;
    }
  }
  { let b0 = select(a2_12, a2_13, odd); let b1 = select(a2_13, a2_12, odd); let b2 = select(a2_14, a2_15, odd); let b3 = select(a2_15, a2_14, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 3u;
    if (live2) {
      v += bias3;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row2 * 144u + block] = v;
    }
  }
  { let b0 = select(a3_0, a3_1, odd); let b1 = select(a3_1, a3_0, odd); let b2 = select(a3_2, a3_3, odd); let b3 = select(a3_3, a3_2, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 0u;
    if (live3) {
      v += bias0;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row3 * 144u + block] = v;
    }
  }
  { let b0 = select(a3_4, a3_5, odd); let b1 = select(a3_5, a3_4, odd); let b2 = select(a3_6, a3_7, odd); let b3 = select(a3_7, a3_6, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 1u;
    if (live3) {
      v += bias1;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row3 * 144u + block] = v;
    }
  }
  { let b0 = select(a3_8, a3_9, odd); let b1 = select(a3_9, a3_8, odd); let b2 = select(a3_10, a3_11, odd); let b3 = select(a3_11, a3_10, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 2u;
    if (live3) {
      v += bias2;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row3 * 144u + block] = v;
    }
  }
  { let b0 = select(a3_12, a3_13, odd); let b1 = select(a3_13, a3_12, odd); let b2 = select(a3_14, a3_15, odd); let b3 = select(a3_15, a3_14, odd);
    var v = vec4f(select(b0, b2, high), select(b1, b3, high), select(b2, b0, high), select(b3, b1, high));
    let block = firstBlock + 3u;
    if (live3) {
      v += bias3;
      v = clamp(v, vec4f(0.0), vec4f(6.0));
      out0[row3 * 144u + block] = v;
    }
  }
}
