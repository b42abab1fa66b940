// pointwise/tiled: x 1×112×112×32, y 1×112×112×16
// 196 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 100352>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 128>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 4>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 50176>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let block = (tile % 1u) * 4u + local % 4u;
  let firstRow = ((tile / 1u) * 16u + local / 4u) * 4u;
  let column = min(block, 3u);
  let row0 = min(firstRow + 0u, 12543u);
  let pixel0 = row0;
  let row1 = min(firstRow + 1u, 12543u);
  let pixel1 = row1;
  let row2 = min(firstRow + 2u, 12543u);
  let pixel2 = row2;
  let row3 = min(firstRow + 3u, 12543u);
  let pixel3 = row3;
  let start = w_bias[column];
  var a0 = start;
  var a1 = start;
  var a2 = start;
  var a3 = start;
  let tap = 0u;
  for (var k = 0u; k < 8u; k += 1u) {
    let c = k;
    let at = (tap * 8u + k) * 16u + column;
    let w0 = w_columns[at]; let w1 = w_columns[at + 4u]; let w2 = w_columns[at + 8u]; let w3 = w_columns[at + 12u];
    { var x = in0[pixel0 * 8u + c];   a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel1 * 8u + c];   a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel2 * 8u + c];   a2 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    { var x = in0[pixel3 * 8u + c];   a3 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
  }
  {
    {
      out0[row0 * 4u + column] = a0;
    }
    {
      out0[row1 * 4u + column] = a1;
    }
    {
      out0[row2 * 4u + column] = a2;
    }
    {
      out0[row3 * 4u + column] = a3;
    }
  }
}
