// conv2d/strip: conv_stem, bn1, bn1.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 1024>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 2>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 512>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let block = (tile % 1u) * 4u + local % 4u;
  let place = (tile / 1u) * 16u + local / 4u;
  if (block < 2u && place < 64u) {
    let column = block;
    let firstColumn = (place % 4u) * 4u;
    let oy = (place / 4u) % 16u;
    let n = place / 64u;
    let left = i32(firstColumn * 2u) - 1;
    let inside0 = left + 0 >= 0 && left + 0 < 32; let column0 = u32(clamp(left + 0, 0, 31));
    let inside1 = left + 1 >= 0 && left + 1 < 32; let column1 = u32(clamp(left + 1, 0, 31));
    let inside2 = left + 2 >= 0 && left + 2 < 32; let column2 = u32(clamp(left + 2, 0, 31));
    let inside3 = left + 3 >= 0 && left + 3 < 32; let column3 = u32(clamp(left + 3, 0, 31));
    let inside4 = left + 4 >= 0 && left + 4 < 32; let column4 = u32(clamp(left + 4, 0, 31));
    let inside5 = left + 5 >= 0 && left + 5 < 32; let column5 = u32(clamp(left + 5, 0, 31));
    let inside6 = left + 6 >= 0 && left + 6 < 32; let column6 = u32(clamp(left + 6, 0, 31));
    let inside7 = left + 7 >= 0 && left + 7 < 32; let column7 = u32(clamp(left + 7, 0, 31));
    let inside8 = left + 8 >= 0 && left + 8 < 32; let column8 = u32(clamp(left + 8, 0, 31));
    let start = w_bias[block];
    var a0 = start; var a1 = start; var a2 = start; var a3 = start;
    for (var ky = 0u; ky < 3u; ky++) {
      let y = i32(oy * 2u + ky * 1u) - 1;
      if (y < 0 || y >= 32) { continue; }
      let rowStart = (n * 32u + u32(y)) * 32u;
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
        { let at = ((ky * 3u + 0u) * 1u + k) * 8u + column;
          let w0 = w_columns[at]; let w1 = w_columns[at + 2u]; let w2 = w_columns[at + 4u];
          a0 += x0.x * w0 + x0.y * w1 + x0.z * w2; a1 += x2.x * w0 + x2.y * w1 + x2.z * w2; a2 += x4.x * w0 + x4.y * w1 + x4.z * w2; a3 += x6.x * w0 + x6.y * w1 + x6.z * w2; }
        { let at = ((ky * 3u + 1u) * 1u + k) * 8u + column;
          let w0 = w_columns[at]; let w1 = w_columns[at + 2u]; let w2 = w_columns[at + 4u];
          a0 += x1.x * w0 + x1.y * w1 + x1.z * w2; a1 += x3.x * w0 + x3.y * w1 + x3.z * w2; a2 += x5.x * w0 + x5.y * w1 + x5.z * w2; a3 += x7.x * w0 + x7.y * w1 + x7.z * w2; }
        { let at = ((ky * 3u + 2u) * 1u + k) * 8u + column;
          let w0 = w_columns[at]; let w1 = w_columns[at + 2u]; let w2 = w_columns[at + 4u];
          a0 += x2.x * w0 + x2.y * w1 + x2.z * w2; a1 += x4.x * w0 + x4.y * w1 + x4.z * w2; a2 += x6.x * w0 + x6.y * w1 + x6.z * w2; a3 += x8.x * w0 + x8.y * w1 + x8.z * w2; }
      }
    }
    let firstOut = (n * 16u + oy) * 16u + firstColumn;
    {
      let row = firstOut + 0u;
      a0 = (a0 * clamp(a0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      out0[row * 2u + block] = a0;
    }
    {
      let row = firstOut + 1u;
      a1 = (a1 * clamp(a1 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      out0[row * 2u + block] = a1;
    }
    {
      let row = firstOut + 2u;
      a2 = (a2 * clamp(a2 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      out0[row * 2u + block] = a2;
    }
    {
      let row = firstOut + 3u;
      a3 = (a3 * clamp(a3 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      out0[row * 2u + block] = a3;
    }
  }
}

// expandDepthwise/tile: blocks.0.0.conv_pw, blocks.0.0.bn1, blocks.0.0.bn1.act, blocks.0.0.conv_dw, blocks.0.0.bn2, blocks.0.0.bn2.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 512>;
@group(0) @binding(1) var<storage, read> w_expandColumns: array<vec4<f32>, 48>;
@group(0) @binding(2) var<storage, read> w_expandBias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 384>;
@group(0) @binding(4) var<storage, read> w_taps: array<vec4<f32>, 54>;
@group(0) @binding(5) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(6) var<storage, read_write> out1: array<vec4<f32>, 12>;
var<workgroup> halo: array<vec4f, 153>;
var<workgroup> partial: array<vec4f, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let lane = local % 1u;
  let own = (tile % 6u) * 1u + lane;
  let block = min(own, 5u);
  let part = (tile / 6u) % 2u;
  let n = tile / 12u;
  let tileRow = (part / 1u) * 4u;
  let tileColumn = (part % 1u) * 8u;
  let top = i32(tileRow * 2u) - 1;
  let left = i32(tileColumn * 2u) - 1;
  let firstY = max(top, 0);
  let firstX = max(left, 0);
  let rectangleWidth = u32(max(0, min(left + 17, 16) - firstX));
  let rectangle = u32(max(0, min(top + 9, 16) - firstY)) * rectangleWidth;
  for (var i = local / 1u; i * 4u < rectangle; i += 64u) { // 1 rounds
    let at0 = min(i * 4u + 0u, rectangle - 1u);
    let y0 = u32(firstY) + at0 / rectangleWidth;
    let x0 = u32(firstX) + at0 % rectangleWidth;
    let pixel0 = (n * 16u + y0) * 16u + x0;
    var e0 = w_expandBias[block];
    let at1 = min(i * 4u + 1u, rectangle - 1u);
    let y1 = u32(firstY) + at1 / rectangleWidth;
    let x1 = u32(firstX) + at1 % rectangleWidth;
    let pixel1 = (n * 16u + y1) * 16u + x1;
    var e1 = w_expandBias[block];
    let at2 = min(i * 4u + 2u, rectangle - 1u);
    let y2 = u32(firstY) + at2 / rectangleWidth;
    let x2 = u32(firstX) + at2 % rectangleWidth;
    let pixel2 = (n * 16u + y2) * 16u + x2;
    var e2 = w_expandBias[block];
    let at3 = min(i * 4u + 3u, rectangle - 1u);
    let y3 = u32(firstY) + at3 / rectangleWidth;
    let x3 = u32(firstX) + at3 % rectangleWidth;
    let pixel3 = (n * 16u + y3) * 16u + x3;
    var e3 = w_expandBias[block];
    for (var k = 0u; k < 2u; k++) {
      let at = k * 24u + block;
      let c = k;
      let w0 = w_expandColumns[at]; let w1 = w_expandColumns[at + 6u]; let w2 = w_expandColumns[at + 12u]; let w3 = w_expandColumns[at + 18u];
      { var x = in0[pixel0 * 2u + c];  e0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { var x = in0[pixel1 * 2u + c];  e1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { var x = in0[pixel2 * 2u + c];  e2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { var x = in0[pixel3 * 2u + c];  e3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    }
    e0 = (e0 * clamp(e0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
    halo[((y0 - u32(top)) * 17u + (x0 - u32(left))) * 1u + lane] = e0;
    e1 = (e1 * clamp(e1 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
    halo[((y1 - u32(top)) * 17u + (x1 - u32(left))) * 1u + lane] = e1;
    e2 = (e2 * clamp(e2 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
    halo[((y2 - u32(top)) * 17u + (x2 - u32(left))) * 1u + lane] = e2;
    e3 = (e3 * clamp(e3 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
    halo[((y3 - u32(top)) * 17u + (x3 - u32(left))) * 1u + lane] = e3;
  }
  workgroupBarrier();
  var sum = vec4f();
  let start = w_bias[block];
  for (var i = local / 1u; i < 8u; i += 64u) {
    let innerRow = i / 2u;
    let innerColumn = (i % 2u) * 4u;
    var a0 = start; var a1 = start; var a2 = start; var a3 = start;
    for (var ky = 0u; ky < 3u; ky++) {
      let at = ((innerRow * 2u + ky * 1u) * 17u + innerColumn * 2u) * 1u + lane;
      let x0 = halo[at + 0u];
      let x1 = halo[at + 1u];
      let x2 = halo[at + 2u];
      let x3 = halo[at + 3u];
      let x4 = halo[at + 4u];
      let x5 = halo[at + 5u];
      let x6 = halo[at + 6u];
      let x7 = halo[at + 7u];
      let x8 = halo[at + 8u];
      { let w = w_taps[(ky * 3u + 0u) * 6u + block]; a0 += x0 * w; a1 += x2 * w; a2 += x4 * w; a3 += x6 * w; }
      { let w = w_taps[(ky * 3u + 1u) * 6u + block]; a0 += x1 * w; a1 += x3 * w; a2 += x5 * w; a3 += x7 * w; }
      { let w = w_taps[(ky * 3u + 2u) * 6u + block]; a0 += x2 * w; a1 += x4 * w; a2 += x6 * w; a3 += x8 * w; }
    }
    { let inner = innerColumn + 0u;
      let oy = tileRow + innerRow;
      let ox = tileColumn + inner;
      if (own < 6u && oy < 8u && ox < 8u) {
        let row = (n * 8u + oy) * 8u + ox;
        a0 = (a0 * clamp(a0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = a0;
        sum += a0;
    } }
    { let inner = innerColumn + 1u;
      let oy = tileRow + innerRow;
      let ox = tileColumn + inner;
      if (own < 6u && oy < 8u && ox < 8u) {
        let row = (n * 8u + oy) * 8u + ox;
        a1 = (a1 * clamp(a1 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = a1;
        sum += a1;
    } }
    { let inner = innerColumn + 2u;
      let oy = tileRow + innerRow;
      let ox = tileColumn + inner;
      if (own < 6u && oy < 8u && ox < 8u) {
        let row = (n * 8u + oy) * 8u + ox;
        a2 = (a2 * clamp(a2 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = a2;
        sum += a2;
    } }
    { let inner = innerColumn + 3u;
      let oy = tileRow + innerRow;
      let ox = tileColumn + inner;
      if (own < 6u && oy < 8u && ox < 8u) {
        let row = (n * 8u + oy) * 8u + ox;
        a3 = (a3 * clamp(a3 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = a3;
        sum += a3;
    } }
  }
  partial[local] = sum;
  workgroupBarrier();
  if (local < 1u && own < 6u) {
    var whole = vec4f();
    for (var s = 0u; s < 64u; s++) { whole += partial[s * 1u + local]; }
    out1[(n * 2u + part) * 6u + own] = whole;
  }
}

// gate/workgroup: blocks.0.0.se.mean, blocks.0.0.se.conv_reduce, blocks.0.0.se.act1, blocks.0.0.se.conv_expand, blocks.0.0.se.gate
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 12>;
@group(0) @binding(1) var<storage, read> w_columns1: array<vec4<f32>, 24>;
@group(0) @binding(2) var<storage, read> w_b1: array<vec4<f32>, 1>;
@group(0) @binding(3) var<storage, read> w_columns2: array<vec4<f32>, 24>;
@group(0) @binding(4) var<storage, read> w_b2: array<vec4<f32>, 6>;
@group(0) @binding(5) var<storage, read_write> out0: array<vec4<f32>, 6>;
var<workgroup> means: array<vec4f, 6>;
var<workgroup> inner: array<vec4f, 1>;
var<workgroup> partial: array<vec4f, 256>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = group.x;
  { let base = 0u;
    let block = base + local % 6u;
    let lane = local / 6u;
    var sum = vec4f();
    if (lane < 42u && block < 6u) {
      for (var index = lane; index < 2u; index += 42u) {
        sum += in0[(n * 2u + index) * 6u + block];
      }
    }
    partial[local] = sum;
    workgroupBarrier();
    if (lane == 0u && block < 6u) {
      var v = vec4f();
      for (var l = 0u; l < 42u; l++) { v += partial[l * 6u + local]; }
      means[block] = v * 0.015625;
    }
    workgroupBarrier();
  }
  { let base = 0u;
    let block = base + local % 1u;
    let lane = local / 1u;
    var sum = vec4f();
    if (lane < 256u && block < 1u) {
      for (var index = lane; index < 6u; index += 256u) {
        let x = means[index];
        let at = index * 4u + block;
        sum += x.x * w_columns1[at] + x.y * w_columns1[at + 1u] + x.z * w_columns1[at + 2u] + x.w * w_columns1[at + 3u];
      }
    }
    partial[local] = sum;
    workgroupBarrier();
    if (lane == 0u && block < 1u) {
      var v = vec4f();
      for (var l = 0u; l < 256u; l++) { v += partial[l * 1u + local]; }
      v += w_b1[block];
      v = (v * clamp(v / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      inner[block] = v;
    }
    workgroupBarrier();
  }
  { let base = 0u;
    let block = base + local % 6u;
    let lane = local / 6u;
    var sum = vec4f();
    if (lane < 42u && block < 6u) {
      for (var index = lane; index < 1u; index += 42u) {
        let x = inner[index];
        let at = index * 24u + block;
        sum += x.x * w_columns2[at] + x.y * w_columns2[at + 6u] + x.z * w_columns2[at + 12u] + x.w * w_columns2[at + 18u];
      }
    }
    partial[local] = sum;
    workgroupBarrier();
    if (lane == 0u && block < 6u) {
      var v = vec4f();
      for (var l = 0u; l < 42u; l++) { v += partial[l * 6u + local]; }
      v += w_b2[block];
      v = (1.0 / (1.0 + exp(-max(v, vec4f(-87.0)))));
      out0[n * 6u + block] = v;
    }
    workgroupBarrier();
  }
}

// pointwise/tiled: blocks.0.0.se, blocks.0.0.conv_pwl, blocks.0.0.bn3
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 384>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> in1: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(4) var<storage, read_write> out0: array<vec4<f32>, 192>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let block = (tile % 1u) * 4u + local % 4u;
  let firstRow = ((tile / 1u) * 16u + local / 4u) * 2u;
  let column = min(block, 2u);
  let row0 = min(firstRow + 0u, 63u);
  let pixel0 = row0;
  let row1 = min(firstRow + 1u, 63u);
  let pixel1 = row1;
  let start = w_bias[column];
  var a0 = start;
  var a1 = start;
  let tap = 0u;
  for (var k = 0u; k < 6u; k += 1u) {
    let c = k;
    let at = (tap * 6u + k) * 12u + column;
    let w0 = w_columns[at]; let w1 = w_columns[at + 3u]; let w2 = w_columns[at + 6u]; let w3 = w_columns[at + 9u];
    { var x = in0[pixel0 * 6u + c];  x = x * in1[c]; a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel1 * 6u + c];  x = x * in1[c]; a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
  }
  if (block < 3u) {
    {
      out0[row0 * 3u + column] = a0;
    }
    {
      out0[row1 * 3u + column] = a1;
    }
  }
}

// depthwisePointwise/chunked: blocks.1.0.dw_start.conv, blocks.1.0.dw_start.bn, blocks.1.0.pw_exp.conv, blocks.1.0.pw_exp.bn, blocks.1.0.pw_exp.bn.act
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 192>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 27>;
@group(0) @binding(2) var<storage, read> w_depthwiseBias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read> w_columns: array<vec4<f32>, 72>;
@group(0) @binding(4) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(5) var<storage, read_write> out0: array<vec4<f32>, 384>;
var<workgroup> staged: array<vec4f, 512>;
@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let firstColumn = (tile % 1u) * 8u;
  let place = (tile / 1u) % 16u;
  let n = tile / 16u;
  let tileRow = (place / 2u) * 1u;
  let tileColumn = (place % 2u) * 4u;
  let column = min(firstColumn + local % 8u, 5u);
  let firstPixel = ((local / 8u) % 1u) * 4u;
  let part = local / 8u;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  for (var first = 0u; first < 3u; first += 16u) {
    for (var i = local; i < 16u; i += 128u) {
      let c = first + i % 16u;
      if (c >= 3u) { continue; }
      let strip = i / 16u;
      let oy = tileRow + strip / 1u;
      let left = i32((tileColumn + (strip % 1u) * 4u) * 1u) - 1;
      let inside0 = left + 0 >= 0 && left + 0 < 8; let column0 = u32(clamp(left + 0, 0, 7));
      let inside1 = left + 1 >= 0 && left + 1 < 8; let column1 = u32(clamp(left + 1, 0, 7));
      let inside2 = left + 2 >= 0 && left + 2 < 8; let column2 = u32(clamp(left + 2, 0, 7));
      let inside3 = left + 3 >= 0 && left + 3 < 8; let column3 = u32(clamp(left + 3, 0, 7));
      let inside4 = left + 4 >= 0 && left + 4 < 8; let column4 = u32(clamp(left + 4, 0, 7));
      let inside5 = left + 5 >= 0 && left + 5 < 8; let column5 = u32(clamp(left + 5, 0, 7));
      let start = w_depthwiseBias[c];
      var f0 = start; var f1 = start; var f2 = start; var f3 = start;
      for (var ky = 0u; ky < 3u; ky++) {
        let y = i32(oy * 1u + ky * 1u) - 1;
        if (y < 0 || y >= 8) { continue; }
        let rowStart = (n * 8u + u32(y)) * 8u;
        var x0: vec4f;
        { var v = in0[(rowStart + column0) * 3u + c]; x0 = select(vec4f(), v, inside0); }
        var x1: vec4f;
        { var v = in0[(rowStart + column1) * 3u + c]; x1 = select(vec4f(), v, inside1); }
        var x2: vec4f;
        { var v = in0[(rowStart + column2) * 3u + c]; x2 = select(vec4f(), v, inside2); }
        var x3: vec4f;
        { var v = in0[(rowStart + column3) * 3u + c]; x3 = select(vec4f(), v, inside3); }
        var x4: vec4f;
        { var v = in0[(rowStart + column4) * 3u + c]; x4 = select(vec4f(), v, inside4); }
        var x5: vec4f;
        { var v = in0[(rowStart + column5) * 3u + c]; x5 = select(vec4f(), v, inside5); }
        { let w = w_taps[(ky * 3u + 0u) * 3u + c]; f0 += x0 * w; f1 += x1 * w; f2 += x2 * w; f3 += x3 * w; }
        { let w = w_taps[(ky * 3u + 1u) * 3u + c]; f0 += x1 * w; f1 += x2 * w; f2 += x3 * w; f3 += x4 * w; }
        { let w = w_taps[(ky * 3u + 2u) * 3u + c]; f0 += x2 * w; f1 += x3 * w; f2 += x4 * w; f3 += x5 * w; }
      }
      staged[(strip * 4u + 0u) * 16u + i % 16u] = f0;
      staged[(strip * 4u + 1u) * 16u + i % 16u] = f1;
      staged[(strip * 4u + 2u) * 16u + i % 16u] = f2;
      staged[(strip * 4u + 3u) * 16u + i % 16u] = f3;
    }
    workgroupBarrier();
    for (var k = part; k < min(16u, 3u - first); k += 16u) {
      let at = (first + k) * 24u + column;
      let w0 = w_columns[at]; let w1 = w_columns[at + 6u]; let w2 = w_columns[at + 12u]; let w3 = w_columns[at + 18u];
      { let x = staged[(firstPixel + 0u) * 16u + k]; a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 1u) * 16u + k]; a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 2u) * 16u + k]; a2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 3u) * 16u + k]; a3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    }
    workgroupBarrier();
  }
  staged[((firstPixel + 0u) * 8u + local % 8u) * 16u + part] = a0;
  staged[((firstPixel + 1u) * 8u + local % 8u) * 16u + part] = a1;
  staged[((firstPixel + 2u) * 8u + local % 8u) * 16u + part] = a2;
  staged[((firstPixel + 3u) * 8u + local % 8u) * 16u + part] = a3;
  workgroupBarrier();
  for (var i = local; i < 32u; i += 128u) {
    let block = firstColumn + i % 8u;
    var v = w_bias[min(block, 5u)];
    for (var p = 0u; p < 16u; p++) { v += staged[i * 16u + p]; }
    { let oy = tileRow + (i / 8u) / 4u;
      let ox = tileColumn + (i / 8u) % 4u;
      if (oy < 8u && ox < 8u && block < 6u) {
        let row = (n * 8u + oy) * 8u + ox;
        v = (v * clamp(v / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
        out0[row * 6u + block] = v;
    } }
  }
}

// depthwisePointwise/chunked: blocks.1.0.dw_mid.conv, blocks.1.0.dw_mid.bn, blocks.1.0.dw_mid.bn.act, blocks.1.0.pw_proj.conv, blocks.1.0.pw_proj.bn, blocks.1.0.add
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 384>;
@group(0) @binding(1) var<storage, read> w_taps: array<vec4<f32>, 54>;
@group(0) @binding(2) var<storage, read> w_depthwiseBias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read> w_columns: array<vec4<f32>, 72>;
@group(0) @binding(4) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(5) var<storage, read_write> out0: array<vec4<f32>, 192>;
var<workgroup> staged: array<vec4f, 512>;
@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let firstColumn = (tile % 1u) * 8u;
  let place = (tile / 1u) % 16u;
  let n = tile / 16u;
  let tileRow = (place / 2u) * 1u;
  let tileColumn = (place % 2u) * 4u;
  let column = min(firstColumn + local % 8u, 2u);
  let firstPixel = ((local / 8u) % 1u) * 4u;
  let part = local / 8u;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  for (var first = 0u; first < 6u; first += 16u) {
    for (var i = local; i < 16u; i += 128u) {
      let c = first + i % 16u;
      if (c >= 6u) { continue; }
      let strip = i / 16u;
      let oy = tileRow + strip / 1u;
      let left = i32((tileColumn + (strip % 1u) * 4u) * 1u) - 1;
      let inside0 = left + 0 >= 0 && left + 0 < 8; let column0 = u32(clamp(left + 0, 0, 7));
      let inside1 = left + 1 >= 0 && left + 1 < 8; let column1 = u32(clamp(left + 1, 0, 7));
      let inside2 = left + 2 >= 0 && left + 2 < 8; let column2 = u32(clamp(left + 2, 0, 7));
      let inside3 = left + 3 >= 0 && left + 3 < 8; let column3 = u32(clamp(left + 3, 0, 7));
      let inside4 = left + 4 >= 0 && left + 4 < 8; let column4 = u32(clamp(left + 4, 0, 7));
      let inside5 = left + 5 >= 0 && left + 5 < 8; let column5 = u32(clamp(left + 5, 0, 7));
      let start = w_depthwiseBias[c];
      var f0 = start; var f1 = start; var f2 = start; var f3 = start;
      for (var ky = 0u; ky < 3u; ky++) {
        let y = i32(oy * 1u + ky * 1u) - 1;
        if (y < 0 || y >= 8) { continue; }
        let rowStart = (n * 8u + u32(y)) * 8u;
        var x0: vec4f;
        { var v = in0[(rowStart + column0) * 6u + c]; x0 = select(vec4f(), v, inside0); }
        var x1: vec4f;
        { var v = in0[(rowStart + column1) * 6u + c]; x1 = select(vec4f(), v, inside1); }
        var x2: vec4f;
        { var v = in0[(rowStart + column2) * 6u + c]; x2 = select(vec4f(), v, inside2); }
        var x3: vec4f;
        { var v = in0[(rowStart + column3) * 6u + c]; x3 = select(vec4f(), v, inside3); }
        var x4: vec4f;
        { var v = in0[(rowStart + column4) * 6u + c]; x4 = select(vec4f(), v, inside4); }
        var x5: vec4f;
        { var v = in0[(rowStart + column5) * 6u + c]; x5 = select(vec4f(), v, inside5); }
        { let w = w_taps[(ky * 3u + 0u) * 6u + c]; f0 += x0 * w; f1 += x1 * w; f2 += x2 * w; f3 += x3 * w; }
        { let w = w_taps[(ky * 3u + 1u) * 6u + c]; f0 += x1 * w; f1 += x2 * w; f2 += x3 * w; f3 += x4 * w; }
        { let w = w_taps[(ky * 3u + 2u) * 6u + c]; f0 += x2 * w; f1 += x3 * w; f2 += x4 * w; f3 += x5 * w; }
      }
      f0 = (f0 * clamp(f0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      staged[(strip * 4u + 0u) * 16u + i % 16u] = f0;
      f1 = (f1 * clamp(f1 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      staged[(strip * 4u + 1u) * 16u + i % 16u] = f1;
      f2 = (f2 * clamp(f2 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      staged[(strip * 4u + 2u) * 16u + i % 16u] = f2;
      f3 = (f3 * clamp(f3 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      staged[(strip * 4u + 3u) * 16u + i % 16u] = f3;
    }
    workgroupBarrier();
    for (var k = part; k < min(16u, 6u - first); k += 16u) {
      let at = (first + k) * 12u + column;
      let w0 = w_columns[at]; let w1 = w_columns[at + 3u]; let w2 = w_columns[at + 6u]; let w3 = w_columns[at + 9u];
      { let x = staged[(firstPixel + 0u) * 16u + k]; a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 1u) * 16u + k]; a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 2u) * 16u + k]; a2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { let x = staged[(firstPixel + 3u) * 16u + k]; a3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    }
    workgroupBarrier();
  }
  staged[((firstPixel + 0u) * 8u + local % 8u) * 16u + part] = a0;
  staged[((firstPixel + 1u) * 8u + local % 8u) * 16u + part] = a1;
  staged[((firstPixel + 2u) * 8u + local % 8u) * 16u + part] = a2;
  staged[((firstPixel + 3u) * 8u + local % 8u) * 16u + part] = a3;
  workgroupBarrier();
  for (var i = local; i < 32u; i += 128u) {
    let block = firstColumn + i % 8u;
    var v = w_bias[min(block, 2u)];
    for (var p = 0u; p < 16u; p++) { v += staged[i * 16u + p]; }
    { let oy = tileRow + (i / 8u) / 4u;
      let ox = tileColumn + (i / 8u) % 4u;
      if (oy < 8u && ox < 8u && block < 3u) {
        let row = (n * 8u + oy) * 8u + ox;
        v = v + out0[(row) * 3u + block];
        out0[row * 3u + block] = v;
    } }
  }
}

// pointwise/tiled: blocks.2.0.norm, blocks.2.0.attn.query.proj, blocks.2.0.attn.key.proj, blocks.2.0.attn.value.proj
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 192>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 96>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 8>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 512>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let block = (tile % 1u) * 8u + local % 8u;
  let firstRow = ((tile / 1u) * 8u + local / 8u) * 2u;
  let column = min(block, 7u);
  let row0 = min(firstRow + 0u, 63u);
  let pixel0 = row0;
  let row1 = min(firstRow + 1u, 63u);
  let pixel1 = row1;
  let start = w_bias[column];
  var a0 = start;
  var a1 = start;
  let tap = 0u;
  for (var k = 0u; k < 3u; k += 1u) {
    let c = k;
    let at = (tap * 3u + k) * 32u + column;
    let w0 = w_columns[at]; let w1 = w_columns[at + 8u]; let w2 = w_columns[at + 16u]; let w3 = w_columns[at + 24u];
    { var x = in0[pixel0 * 3u + c];   a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel1 * 3u + c];   a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
  }
  {
    {
      out0[row0 * 8u + column] = a0;
    }
    {
      out0[row1 * 8u + column] = a1;
    }
  }
}

// attention/workgroup: blocks.2.0.attn
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 512>;
@group(0) @binding(1) var<storage, read_write> out0: array<vec4<f32>, 256>;
var<workgroup> query: array<vec4f, 2>;
var<workgroup> scores: array<f32, 64>;
var<workgroup> shares: array<f32, 64>;
var<workgroup> inverse: array<f32, 1>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let firstQuery = (tile % 64u) * 1u;
  let firstHead = (tile / 64u) % 2u;
  let n = tile / 128u;
  for (var i = local; i < 2u; i += 64u) {
    let row = i / 2u;
    let head = firstHead + row / 1u;
    let token = n * 64u + min(firstQuery + row % 1u, 63u);
    query[i] = in0[(token) * 8u + 0u + head * 2u + i % 2u] * 0.35355339059327373;
  }
  workgroupBarrier();
  for (var h = 0u; h < 1u; h++) {
    let head = firstHead + h;
    for (var j = local; j < 64u; j += 64u) {
      let fromK = (n * 64u + j) * 8u + 4u + 0u * 2u;
      var s0 = 0.0;
      for (var d = 0u; d < 2u; d++) {
        let key = in0[fromK + d];
        s0 += dot(query[(h * 1u + 0u) * 2u + d], key);
      }
      scores[(h * 1u + 0u) * 64u + j] = s0;
    }
  }
  workgroupBarrier();
  { let row = min(local / 64u, 0u);
    let lane = local % 64u;
    let live = local < 64u;
    var top = -3.40282e38;
    for (var j = lane; j < 64u; j += 64u) {
      top = max(top, scores[row * 64u + j]);
    }
    shares[local] = top;
    workgroupBarrier();
    for (var l = 0u; l < 64u; l++) { top = max(top, shares[row * 64u + l]); }
    workgroupBarrier();
    var total = 0.0;
    if (live) {
      for (var j = lane; j < 64u; j += 64u) {
        let e = exp(max(scores[row * 64u + j] - top, -80.0)); scores[row * 64u + j] = e; total += e;
      }
    }
    shares[local] = total;
    workgroupBarrier();
    if (live && lane == 0u) {
      total = 0.0;
      for (var l = 0u; l < 64u; l++) { total += shares[row * 64u + l]; }
      inverse[row] = 1.0 / total;
    }
  }
  workgroupBarrier();
  let lane = local / 2u;
  if (lane >= 32u) { return; }
  for (var item = local % 2u; item < 2u; item += 2u) {
    let h = item / 2u;
    let head = firstHead + h;
    let fromV = (n * 64u) * 8u + 6u + 0u * 2u + item % 2u;
    let m0 = min(lane + 0u, 0u); var a0 = vec4f();
    for (var j = 0u; j < 64u; j++) {
      let value = in0[fromV + j * 8u];
      a0 += scores[(h * 1u + m0) * 64u + j] * value;
    }
    let block = head * 2u + item % 2u;
    if (lane + 0u < 1u && firstQuery + m0 < 64u) {
      let row = n * 64u + firstQuery + m0;
      a0 *= inverse[h * 1u + m0];
      out0[row * 4u + block] = a0;
    }
  }
}

// pointwise/tiled: blocks.2.0.attn.output.proj, blocks.2.0.add
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 256>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 48>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 192>;
@group(0) @binding(4) var<storage, read> in1: array<vec4<f32>, 192>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let block = (tile % 1u) * 4u + local % 4u;
  let firstRow = ((tile / 1u) * 16u + local / 4u) * 2u;
  let column = min(block, 2u);
  let row0 = min(firstRow + 0u, 63u);
  let pixel0 = row0;
  let row1 = min(firstRow + 1u, 63u);
  let pixel1 = row1;
  let start = w_bias[column];
  var a0 = start;
  var a1 = start;
  let tap = 0u;
  for (var k = 0u; k < 4u; k += 1u) {
    let c = k;
    let at = (tap * 4u + k) * 12u + column;
    let w0 = w_columns[at]; let w1 = w_columns[at + 3u]; let w2 = w_columns[at + 6u]; let w3 = w_columns[at + 9u];
    { var x = in0[pixel0 * 4u + c];   a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel1 * 4u + c];   a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
  }
  if (block < 3u) {
    {
      a0 = a0 + in1[(row0) * 3u + column];
      out0[row0 * 3u + column] = a0;
    }
    {
      a1 = a1 + in1[(row1) * 3u + column];
      out0[row1 * 3u + column] = a1;
    }
  }
}

// pointwise/pool: conv_head, bn2, bn2.act, global_pool, flatten
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 192>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 6>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 6>;
var<workgroup> partial: array<vec4f, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let picture = tile / 6u;
  let block = (tile % 6u) * 1u + local % 1u;
  let column = min(block, 5u);
  let start = w_bias[column];
  var total = vec4f();
  for (var firstPixel = local / 1u; firstPixel < 64u; firstPixel += 64u) {
    let at0 = firstPixel + 0u;
    let row0 = picture * 64u + min(at0, 63u);
    let pixel0 = row0;
    var a0 = start;
    let tap = 0u;
    for (var k = 0u; k < 3u; k += 1u) {
      let c = k;
      let at = (tap * 3u + k) * 24u + column;
      let w0 = w_columns[at]; let w1 = w_columns[at + 6u]; let w2 = w_columns[at + 12u]; let w3 = w_columns[at + 18u];
      { var x = in0[pixel0 * 3u + c];   a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    }
    if (at0 < 64u) {
      a0 = (a0 * clamp(a0 / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)));
      total += a0;
    }
  }
  partial[local] = total;
  workgroupBarrier();
  if (local < 1u && block < 6u) {
    var sum = vec4f();
    for (var lane = 0u; lane < 64u; lane++) { sum += partial[lane * 1u + local]; }
    let mean = sum * 0.015625;
    out0[picture * 6u + block] = mean;
  }
}

// pointwise/tiled: classifier
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 6>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 72>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 3>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 3>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let block = (tile % 1u) * 4u + local % 4u;
  let firstRow = ((tile / 1u) * 16u + local / 4u) * 2u;
  let column = min(block, 2u);
  let row0 = min(firstRow + 0u, 0u);
  let pixel0 = row0;
  let row1 = min(firstRow + 1u, 0u);
  let pixel1 = row1;
  let start = w_bias[column];
  var a0 = start;
  var a1 = start;
  let tap = 0u;
  for (var k = 0u; k < 6u; k += 1u) {
    let c = k;
    let at = (tap * 6u + k) * 12u + column;
    let w0 = w_columns[at]; let w1 = w_columns[at + 3u]; let w2 = w_columns[at + 6u]; let w3 = w_columns[at + 9u];
    { var x = in0[pixel0 * 6u + c];   a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel1 * 6u + c];   a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
  }
  if (block < 3u) {
    if (firstRow + 0u < 1u) {
      out0[row0 * 3u + column] = a0;
    }
    if (firstRow + 1u < 1u) {
      out0[row1 * 3u + column] = a1;
    }
  }
}
