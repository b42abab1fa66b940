// pointwise/split-k: x 1×7×7×960, shortcut 1×7×7×160, y 1×7×7×160
// 70 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 11760>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 38400>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 40>;
@group(0) @binding(3) var<storage, read> in1: array<vec4<f32>, 1960>;
@group(0) @binding(4) var<storage, read_write> out0: array<vec4<f32>, 1960>;
var<workgroup> partial: array<vec4f, 896>;
@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let firstColumn = (tile % 10u) * 4u;
  let firstRow = (tile / 10u) * 7u;
  let part = local / 4u;
  let column = min(firstColumn + local % 4u, 39u);
  let row0 = min(firstRow + 0u, 48u);
  let pixel0 = row0;
  var a0 = vec4f();
  let row1 = min(firstRow + 1u, 48u);
  let pixel1 = row1;
  var a1 = vec4f();
  let row2 = min(firstRow + 2u, 48u);
  let pixel2 = row2;
  var a2 = vec4f();
  let row3 = min(firstRow + 3u, 48u);
  let pixel3 = row3;
  var a3 = vec4f();
  let row4 = min(firstRow + 4u, 48u);
  let pixel4 = row4;
  var a4 = vec4f();
  let row5 = min(firstRow + 5u, 48u);
  let pixel5 = row5;
  var a5 = vec4f();
  let row6 = min(firstRow + 6u, 48u);
  let pixel6 = row6;
  var a6 = vec4f();
  let tap = 0u;
  for (var k = part; k < 240u; k += 32u) {
    let c = k;
    let at = (tap * 240u + k) * 160u + column;
    let w0 = w_columns[at]; let w1 = w_columns[at + 40u]; let w2 = w_columns[at + 80u]; let w3 = w_columns[at + 120u];
    { var x = in0[pixel0 * 240u + c];   a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel1 * 240u + c];   a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel2 * 240u + c];   a2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel3 * 240u + c];   a3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel4 * 240u + c];   a4 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel5 * 240u + c];   a5 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel6 * 240u + c];   a6 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
  }
  partial[0u + local] = a0;
  partial[128u + local] = a1;
  partial[256u + local] = a2;
  partial[384u + local] = a3;
  partial[512u + local] = a4;
  partial[640u + local] = a5;
  partial[768u + local] = a6;
  workgroupBarrier();
  for (var i = local; i < 28u; i += 128u) {
    let row = firstRow + i / 4u;
    let block = firstColumn + i % 4u;
    if (row >= 49u || block >= 40u) { continue; }
    var v = w_bias[block];
    for (var part = 0u; part < 32u; part++) { v += partial[(i / 4u) * 128u + part * 4u + i % 4u]; }
    v = v + in1[(row) * 40u + block];
    out0[row * 40u + block] = v;
  }
}
