// conv2d/generic: conv_stem, bn1, bn1.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 1024>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 2>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 512>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 512u) { return; }
  let row = index / 2u;
  let block = index % 2u;
  let ox = row % 16u;
  let oy = (row / 16u);
  let n = 0u;
  var acc = w_bias[block];
  for (var ky = 0u; ky < 3u; ky++) {
    let iy = i32(oy * 2u + ky * 1u) - 1;
    if (iy < 0 || iy >= 32) { continue; }
    for (var kx = 0u; kx < 3u; kx++) {
      let ix = i32(ox * 2u + kx * 1u) - 1;
      if (ix < 0 || ix >= 32) { continue; }
      let pixel = (n * 32u + u32(iy)) * 32u + u32(ix);
      let tap = ky * 3u + kx;
      {
        let first = 0u;
        let base = (block * 9u + tap) * 1u;
        for (var k = 0u; k < 1u; k++) {
          var x = in0[pixel * 1u + first + k];
          let at = (base + k) * 4u;
          acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
        }
      }
    }
  }
  acc = (acc * clamp(acc / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
  out0[index] = acc;
}

// pointwise/generic: blocks.0.0.conv_pw, blocks.0.0.bn1, blocks.0.0.bn1.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 512>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 48>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 1536>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 1536u) { return; }
  let row = index / 6u;
  let block = index % 6u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 2u;
    for (var k = 0u; k < 2u; k++) {
      var x = in0[pixel * 2u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  acc = (acc * clamp(acc / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
  out0[index] = acc;
}

// depthwise/columns: blocks.0.0.conv_dw, blocks.0.0.bn2, blocks.0.0.bn2.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 1536>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 54>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 384>;
@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 24u) { return; }
  let block = index % 6u;
  let place = index / 6u;
  let strip = place % 2u;
  let chunk = (place / 2u) % 2u;
  let n = place / 4u;
  let source = block;
  let firstColumn = strip * 4u;
  let firstRow = i32(chunk * 4u);
  let left = i32(firstColumn * 2u) - 1;
  let inside0 = left + 0 >= 0 && left + 0 < 16; let column0 = u32(clamp(left + 0, 0, 15));
  let inside1 = left + 1 >= 0 && left + 1 < 16; let column1 = u32(clamp(left + 1, 0, 15));
  let inside2 = left + 2 >= 0 && left + 2 < 16; let column2 = u32(clamp(left + 2, 0, 15));
  let inside3 = left + 3 >= 0 && left + 3 < 16; let column3 = u32(clamp(left + 3, 0, 15));
  let inside4 = left + 4 >= 0 && left + 4 < 16; let column4 = u32(clamp(left + 4, 0, 15));
  let inside5 = left + 5 >= 0 && left + 5 < 16; let column5 = u32(clamp(left + 5, 0, 15));
  let inside6 = left + 6 >= 0 && left + 6 < 16; let column6 = u32(clamp(left + 6, 0, 15));
  let inside7 = left + 7 >= 0 && left + 7 < 16; let column7 = u32(clamp(left + 7, 0, 15));
  let inside8 = left + 8 >= 0 && left + 8 < 16; let column8 = u32(clamp(left + 8, 0, 15));
  let b = w_bias[block];
  let w0 = w_taps[0u + block];
  let w1 = w_taps[6u + block];
  let w2 = w_taps[12u + block];
  let w3 = w_taps[18u + block];
  let w4 = w_taps[24u + block];
  let w5 = w_taps[30u + block];
  let w6 = w_taps[36u + block];
  let w7 = w_taps[42u + block];
  let w8 = w_taps[48u + block];
  var r0_0: vec4f; var r0_1: vec4f; var r0_2: vec4f; var r0_3: vec4f; var r0_4: vec4f; var r0_5: vec4f; var r0_6: vec4f; var r0_7: vec4f; var r0_8: vec4f;
  var r1_0: vec4f; var r1_1: vec4f; var r1_2: vec4f; var r1_3: vec4f; var r1_4: vec4f; var r1_5: vec4f; var r1_6: vec4f; var r1_7: vec4f; var r1_8: vec4f;
  var r2_0: vec4f; var r2_1: vec4f; var r2_2: vec4f; var r2_3: vec4f; var r2_4: vec4f; var r2_5: vec4f; var r2_6: vec4f; var r2_7: vec4f; var r2_8: vec4f;
  for (var oy = firstRow - 1; oy < min(firstRow + 4, 8); oy++) {
    let top = oy * 2 - 1;
    { let y = top + 1;
      let rowInside = y >= 0 && y < 16;
      let rowStart = (n * 16u + u32(clamp(y, 0, 15))) * 16u;
      { var v = in0[(rowStart + column0) * 6u + source]; r1_0 = select(vec4f(), v, rowInside && inside0); }
      { var v = in0[(rowStart + column1) * 6u + source]; r1_1 = select(vec4f(), v, rowInside && inside1); }
      { var v = in0[(rowStart + column2) * 6u + source]; r1_2 = select(vec4f(), v, rowInside && inside2); }
      { var v = in0[(rowStart + column3) * 6u + source]; r1_3 = select(vec4f(), v, rowInside && inside3); }
      { var v = in0[(rowStart + column4) * 6u + source]; r1_4 = select(vec4f(), v, rowInside && inside4); }
      { var v = in0[(rowStart + column5) * 6u + source]; r1_5 = select(vec4f(), v, rowInside && inside5); }
      { var v = in0[(rowStart + column6) * 6u + source]; r1_6 = select(vec4f(), v, rowInside && inside6); }
      { var v = in0[(rowStart + column7) * 6u + source]; r1_7 = select(vec4f(), v, rowInside && inside7); }
      { var v = in0[(rowStart + column8) * 6u + source]; r1_8 = select(vec4f(), v, rowInside && inside8); } }
    { let y = top + 2;
      let rowInside = y >= 0 && y < 16;
      let rowStart = (n * 16u + u32(clamp(y, 0, 15))) * 16u;
      { var v = in0[(rowStart + column0) * 6u + source]; r2_0 = select(vec4f(), v, rowInside && inside0); }
      { var v = in0[(rowStart + column1) * 6u + source]; r2_1 = select(vec4f(), v, rowInside && inside1); }
      { var v = in0[(rowStart + column2) * 6u + source]; r2_2 = select(vec4f(), v, rowInside && inside2); }
      { var v = in0[(rowStart + column3) * 6u + source]; r2_3 = select(vec4f(), v, rowInside && inside3); }
      { var v = in0[(rowStart + column4) * 6u + source]; r2_4 = select(vec4f(), v, rowInside && inside4); }
      { var v = in0[(rowStart + column5) * 6u + source]; r2_5 = select(vec4f(), v, rowInside && inside5); }
      { var v = in0[(rowStart + column6) * 6u + source]; r2_6 = select(vec4f(), v, rowInside && inside6); }
      { var v = in0[(rowStart + column7) * 6u + source]; r2_7 = select(vec4f(), v, rowInside && inside7); }
      { var v = in0[(rowStart + column8) * 6u + source]; r2_8 = select(vec4f(), v, rowInside && inside8); } }
    { var acc0 = b + r0_0 * w0 + r0_1 * w1 + r0_2 * w2 + r1_0 * w3 + r1_1 * w4 + r1_2 * w5 + r2_0 * w6 + r2_1 * w7 + r2_2 * w8;
      if (firstColumn + 0u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 0u;
        acc0 = (acc0 * clamp(acc0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc0;
    } }
    { var acc1 = b + r0_2 * w0 + r0_3 * w1 + r0_4 * w2 + r1_2 * w3 + r1_3 * w4 + r1_4 * w5 + r2_2 * w6 + r2_3 * w7 + r2_4 * w8;
      if (firstColumn + 1u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 1u;
        acc1 = (acc1 * clamp(acc1 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc1;
    } }
    { var acc2 = b + r0_4 * w0 + r0_5 * w1 + r0_6 * w2 + r1_4 * w3 + r1_5 * w4 + r1_6 * w5 + r2_4 * w6 + r2_5 * w7 + r2_6 * w8;
      if (firstColumn + 2u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 2u;
        acc2 = (acc2 * clamp(acc2 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc2;
    } }
    { var acc3 = b + r0_6 * w0 + r0_7 * w1 + r0_8 * w2 + r1_6 * w3 + r1_7 * w4 + r1_8 * w5 + r2_6 * w6 + r2_7 * w7 + r2_8 * w8;
      if (firstColumn + 3u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 3u;
        acc3 = (acc3 * clamp(acc3 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc3;
    } }
    r0_0 = r2_0; r0_1 = r2_1; r0_2 = r2_2; r0_3 = r2_3; r0_4 = r2_4; r0_5 = r2_5; r0_6 = r2_6; r0_7 = r2_7; r0_8 = r2_8;
  }
}

// mean/column: blocks.0.0.se.mean
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 384>;
@group(0) @binding(1) var<storage, read_write> out0: array<vec4<f32>, 6>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 6u) { return; }
  let row = index / 6u;
  let block = index % 6u;
  let base = row * 64u;
  var acc = vec4f();
  for (var i = 0u; i < 64u; i++) {
    let at = base + i;
    var x = in0[at * 6u + block];
    acc += x;
  }
  acc = acc / 64.0;
  out0[index] = acc;
}

// pointwise/generic: blocks.0.0.se.conv_reduce, blocks.0.0.se.act1
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 6>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 24>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 1>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 1>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 1u) { return; }
  let row = index;
  let block = 0u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 6u;
    for (var k = 0u; k < 6u; k++) {
      var x = in0[pixel * 6u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  acc = (acc * clamp(acc / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
  if (block == 0u) { acc = acc * vec4f(1.0, 1.0, 0.0, 0.0); }
  out0[index] = acc;
}

// pointwise/generic: blocks.0.0.se.conv_expand, blocks.0.0.se.gate
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 1>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 24>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 6>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 6u) { return; }
  let row = index / 6u;
  let block = index % 6u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 1u;
    for (var k = 0u; k < 1u; k++) {
      var x = in0[pixel * 1u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  acc = (1.0 / (1.0 + exp(-max(acc, vec4f(-87.0)))));
  out0[index] = acc;
}

// pointwise/generic: blocks.0.0.se, blocks.0.0.conv_pwl, blocks.0.0.bn3
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 384>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read> in1: array<vec4<f32>, 6>;
@group(0) @binding(4) var<storage, read_write> out0: array<vec4<f32>, 192>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 192u) { return; }
  let row = index / 3u;
  let block = index % 3u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 6u;
    for (var k = 0u; k < 6u; k++) {
      var x = in0[pixel * 6u + first + k];
      x = x * in1[(first + k)];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  out0[index] = acc;
}

// depthwise/columns: blocks.1.0.dw_start.conv, blocks.1.0.dw_start.bn
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 192>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 27>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 192>;
@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 12u) { return; }
  let block = index % 3u;
  let place = index / 3u;
  let strip = place % 2u;
  let chunk = (place / 2u) % 2u;
  let n = place / 4u;
  let source = block;
  let firstColumn = strip * 4u;
  let firstRow = i32(chunk * 4u);
  let left = i32(firstColumn * 1u) - 1;
  let inside0 = left + 0 >= 0 && left + 0 < 8; let column0 = u32(clamp(left + 0, 0, 7));
  let inside1 = left + 1 >= 0 && left + 1 < 8; let column1 = u32(clamp(left + 1, 0, 7));
  let inside2 = left + 2 >= 0 && left + 2 < 8; let column2 = u32(clamp(left + 2, 0, 7));
  let inside3 = left + 3 >= 0 && left + 3 < 8; let column3 = u32(clamp(left + 3, 0, 7));
  let inside4 = left + 4 >= 0 && left + 4 < 8; let column4 = u32(clamp(left + 4, 0, 7));
  let inside5 = left + 5 >= 0 && left + 5 < 8; let column5 = u32(clamp(left + 5, 0, 7));
  let b = w_bias[block];
  let w0 = w_taps[0u + block];
  let w1 = w_taps[3u + block];
  let w2 = w_taps[6u + block];
  let w3 = w_taps[9u + block];
  let w4 = w_taps[12u + block];
  let w5 = w_taps[15u + block];
  let w6 = w_taps[18u + block];
  let w7 = w_taps[21u + block];
  let w8 = w_taps[24u + block];
  var r0_0: vec4f; var r0_1: vec4f; var r0_2: vec4f; var r0_3: vec4f; var r0_4: vec4f; var r0_5: vec4f;
  var r1_0: vec4f; var r1_1: vec4f; var r1_2: vec4f; var r1_3: vec4f; var r1_4: vec4f; var r1_5: vec4f;
  var r2_0: vec4f; var r2_1: vec4f; var r2_2: vec4f; var r2_3: vec4f; var r2_4: vec4f; var r2_5: vec4f;
  for (var oy = firstRow - 2; oy < min(firstRow + 4, 8); oy++) {
    let top = oy * 1 - 1;
    { let y = top + 2;
      let rowInside = y >= 0 && y < 8;
      let rowStart = (n * 8u + u32(clamp(y, 0, 7))) * 8u;
      { var v = in0[(rowStart + column0) * 3u + source]; r2_0 = select(vec4f(), v, rowInside && inside0); }
      { var v = in0[(rowStart + column1) * 3u + source]; r2_1 = select(vec4f(), v, rowInside && inside1); }
      { var v = in0[(rowStart + column2) * 3u + source]; r2_2 = select(vec4f(), v, rowInside && inside2); }
      { var v = in0[(rowStart + column3) * 3u + source]; r2_3 = select(vec4f(), v, rowInside && inside3); }
      { var v = in0[(rowStart + column4) * 3u + source]; r2_4 = select(vec4f(), v, rowInside && inside4); }
      { var v = in0[(rowStart + column5) * 3u + source]; r2_5 = select(vec4f(), v, rowInside && inside5); } }
    { var acc0 = b + r0_0 * w0 + r0_1 * w1 + r0_2 * w2 + r1_0 * w3 + r1_1 * w4 + r1_2 * w5 + r2_0 * w6 + r2_1 * w7 + r2_2 * w8;
      if (firstColumn + 0u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 0u;
        out0[row * 3u + block] = acc0;
    } }
    { var acc1 = b + r0_1 * w0 + r0_2 * w1 + r0_3 * w2 + r1_1 * w3 + r1_2 * w4 + r1_3 * w5 + r2_1 * w6 + r2_2 * w7 + r2_3 * w8;
      if (firstColumn + 1u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 1u;
        out0[row * 3u + block] = acc1;
    } }
    { var acc2 = b + r0_2 * w0 + r0_3 * w1 + r0_4 * w2 + r1_2 * w3 + r1_3 * w4 + r1_4 * w5 + r2_2 * w6 + r2_3 * w7 + r2_4 * w8;
      if (firstColumn + 2u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 2u;
        out0[row * 3u + block] = acc2;
    } }
    { var acc3 = b + r0_3 * w0 + r0_4 * w1 + r0_5 * w2 + r1_3 * w3 + r1_4 * w4 + r1_5 * w5 + r2_3 * w6 + r2_4 * w7 + r2_5 * w8;
      if (firstColumn + 3u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 3u;
        out0[row * 3u + block] = acc3;
    } }
    r0_0 = r1_0; r0_1 = r1_1; r0_2 = r1_2; r0_3 = r1_3; r0_4 = r1_4; r0_5 = r1_5;
    r1_0 = r2_0; r1_1 = r2_1; r1_2 = r2_2; r1_3 = r2_3; r1_4 = r2_4; r1_5 = r2_5;
  }
}

// pointwise/generic: blocks.1.0.pw_exp.conv, blocks.1.0.pw_exp.bn, blocks.1.0.pw_exp.bn.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 192>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 384>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 384u) { return; }
  let row = index / 6u;
  let block = index % 6u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 3u;
    for (var k = 0u; k < 3u; k++) {
      var x = in0[pixel * 3u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  acc = (acc * clamp(acc / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
  out0[index] = acc;
}

// depthwise/columns: blocks.1.0.dw_mid.conv, blocks.1.0.dw_mid.bn, blocks.1.0.dw_mid.bn.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 384>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 54>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 384>;
@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 24u) { return; }
  let block = index % 6u;
  let place = index / 6u;
  let strip = place % 2u;
  let chunk = (place / 2u) % 2u;
  let n = place / 4u;
  let source = block;
  let firstColumn = strip * 4u;
  let firstRow = i32(chunk * 4u);
  let left = i32(firstColumn * 1u) - 1;
  let inside0 = left + 0 >= 0 && left + 0 < 8; let column0 = u32(clamp(left + 0, 0, 7));
  let inside1 = left + 1 >= 0 && left + 1 < 8; let column1 = u32(clamp(left + 1, 0, 7));
  let inside2 = left + 2 >= 0 && left + 2 < 8; let column2 = u32(clamp(left + 2, 0, 7));
  let inside3 = left + 3 >= 0 && left + 3 < 8; let column3 = u32(clamp(left + 3, 0, 7));
  let inside4 = left + 4 >= 0 && left + 4 < 8; let column4 = u32(clamp(left + 4, 0, 7));
  let inside5 = left + 5 >= 0 && left + 5 < 8; let column5 = u32(clamp(left + 5, 0, 7));
  let b = w_bias[block];
  let w0 = w_taps[0u + block];
  let w1 = w_taps[6u + block];
  let w2 = w_taps[12u + block];
  let w3 = w_taps[18u + block];
  let w4 = w_taps[24u + block];
  let w5 = w_taps[30u + block];
  let w6 = w_taps[36u + block];
  let w7 = w_taps[42u + block];
  let w8 = w_taps[48u + block];
  var r0_0: vec4f; var r0_1: vec4f; var r0_2: vec4f; var r0_3: vec4f; var r0_4: vec4f; var r0_5: vec4f;
  var r1_0: vec4f; var r1_1: vec4f; var r1_2: vec4f; var r1_3: vec4f; var r1_4: vec4f; var r1_5: vec4f;
  var r2_0: vec4f; var r2_1: vec4f; var r2_2: vec4f; var r2_3: vec4f; var r2_4: vec4f; var r2_5: vec4f;
  for (var oy = firstRow - 2; oy < min(firstRow + 4, 8); oy++) {
    let top = oy * 1 - 1;
    { let y = top + 2;
      let rowInside = y >= 0 && y < 8;
      let rowStart = (n * 8u + u32(clamp(y, 0, 7))) * 8u;
      { var v = in0[(rowStart + column0) * 6u + source]; r2_0 = select(vec4f(), v, rowInside && inside0); }
      { var v = in0[(rowStart + column1) * 6u + source]; r2_1 = select(vec4f(), v, rowInside && inside1); }
      { var v = in0[(rowStart + column2) * 6u + source]; r2_2 = select(vec4f(), v, rowInside && inside2); }
      { var v = in0[(rowStart + column3) * 6u + source]; r2_3 = select(vec4f(), v, rowInside && inside3); }
      { var v = in0[(rowStart + column4) * 6u + source]; r2_4 = select(vec4f(), v, rowInside && inside4); }
      { var v = in0[(rowStart + column5) * 6u + source]; r2_5 = select(vec4f(), v, rowInside && inside5); } }
    { var acc0 = b + r0_0 * w0 + r0_1 * w1 + r0_2 * w2 + r1_0 * w3 + r1_1 * w4 + r1_2 * w5 + r2_0 * w6 + r2_1 * w7 + r2_2 * w8;
      if (firstColumn + 0u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 0u;
        acc0 = (acc0 * clamp(acc0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc0;
    } }
    { var acc1 = b + r0_1 * w0 + r0_2 * w1 + r0_3 * w2 + r1_1 * w3 + r1_2 * w4 + r1_3 * w5 + r2_1 * w6 + r2_2 * w7 + r2_3 * w8;
      if (firstColumn + 1u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 1u;
        acc1 = (acc1 * clamp(acc1 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc1;
    } }
    { var acc2 = b + r0_2 * w0 + r0_3 * w1 + r0_4 * w2 + r1_2 * w3 + r1_3 * w4 + r1_4 * w5 + r2_2 * w6 + r2_3 * w7 + r2_4 * w8;
      if (firstColumn + 2u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 2u;
        acc2 = (acc2 * clamp(acc2 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc2;
    } }
    { var acc3 = b + r0_3 * w0 + r0_4 * w1 + r0_5 * w2 + r1_3 * w3 + r1_4 * w4 + r1_5 * w5 + r2_3 * w6 + r2_4 * w7 + r2_5 * w8;
      if (firstColumn + 3u < 8u && oy >= firstRow) {
        let row = (n * 8u + u32(oy)) * 8u + firstColumn + 3u;
        acc3 = (acc3 * clamp(acc3 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = acc3;
    } }
    r0_0 = r1_0; r0_1 = r1_1; r0_2 = r1_2; r0_3 = r1_3; r0_4 = r1_4; r0_5 = r1_5;
    r1_0 = r2_0; r1_1 = r2_1; r1_2 = r2_2; r1_3 = r2_3; r1_4 = r2_4; r1_5 = r2_5;
  }
}

// pointwise/generic: blocks.1.0.pw_proj.conv, blocks.1.0.pw_proj.bn, blocks.1.0.add
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 384>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 192>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 192u) { return; }
  let row = index / 3u;
  let block = index % 3u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 6u;
    for (var k = 0u; k < 6u; k++) {
      var x = in0[pixel * 6u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  acc = acc + out0[(row) * 3u + block];
  out0[index] = acc;
}

// pointwise/generic: blocks.2.0.norm, blocks.2.0.attn.query.proj, blocks.2.0.attn.key.proj, blocks.2.0.attn.value.proj
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 192>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 96>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 8>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 512>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 512u) { return; }
  let row = index / 8u;
  let block = index % 8u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 3u;
    for (var k = 0u; k < 3u; k++) {
      var x = in0[pixel * 3u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  out0[index] = acc;
}

// attention/generic: blocks.2.0.attn
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 512>;
@group(0) @binding(1) var<storage, read_write> out0: array<vec4<f32>, 256>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 128u) { return; }
  let head = index % 2u;
  let row = index / 2u;
  let n = row / 64u;
  let fromQ = (row) * 8u + 0u + head * 2u;
  var query: array<vec4f, 2>;
  for (var d = 0u; d < 2u; d++) { query[d] = in0[fromQ + d] * 0.35355339059327373; }
  var sums: array<vec4f, 2>;
  var largest = -3.40282e38;
  var total = 0.0;
  for (var j = 0u; j < 64u; j++) {
    let fromK = (n * 64u + j) * 8u + 4u + 0u * 2u;
    var products = vec4f();
    for (var d = 0u; d < 2u; d++) { products += query[d] * in0[fromK + d]; }
    let score = products.x + products.y + products.z + products.w;
    let top = max(largest, score);
    let shrink = exp(max(largest - top, -80.0));
    let share = exp(max(score - top, -80.0));
    total = total * shrink + share;
    largest = top;
    let fromV = (n * 64u + j) * 8u + 6u + 0u * 2u;
    for (var d = 0u; d < 2u; d++) { sums[d] = sums[d] * shrink + share * in0[fromV + d]; }
  }
  for (var d = 0u; d < 2u; d++) {
    let block = head * 2u + d;
    var acc = sums[d] / total;
    out0[row * 4u + block] = acc;
  }
}

// pointwise/generic: blocks.2.0.attn.output.proj, blocks.2.0.add
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 256>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 48>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 192>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 192u) { return; }
  let row = index / 3u;
  let block = index % 3u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 4u;
    for (var k = 0u; k < 4u; k++) {
      var x = in0[pixel * 4u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  acc = acc + out0[(row) * 3u + block];
  out0[index] = acc;
}

// pointwise/generic: classifier
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 6>;
@group(0) @binding(1) var<storage, read> w_blocks: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 3>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let index = id.x;
  if (index >= 3u) { return; }
  let row = index / 3u;
  let block = index % 3u;
  let pixel = row;
  var acc = w_bias[block];
  {
    let first = 0u;
    let base = (block * 1u + 0u) * 6u;
    for (var k = 0u; k < 6u; k++) {
      var x = in0[pixel * 6u + first + k];
      let at = (base + k) * 4u;
      acc += x.x * w_blocks[at] + x.y * w_blocks[at + 1u] + x.z * w_blocks[at + 2u] + x.w * w_blocks[at + 3u];
    }
  }
  out0[index] = acc;
}
