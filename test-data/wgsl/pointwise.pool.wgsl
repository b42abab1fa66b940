// pointwise/pool: x 1×7×7×320, y 1×1280
// 160 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 3920>;
@group(0) @binding(1) var<storage, read> w_columns: array<vec4<f32>, 102400>;
@group(0) @binding(2) var<storage, read> w_bias: array<vec4<f32>, 320>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 320>;
var<workgroup> partial: array<vec4f, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let picture = tile / 160u;
  let block = (tile % 160u) * 2u + local % 2u;
  let column = min(block, 319u);
  let start = w_bias[column];
  var total = vec4f();
  for (var firstPixel = local / 2u; firstPixel < 49u; firstPixel += 64u) {
    let at0 = firstPixel + 0u;
    let row0 = picture * 49u + min(at0, 48u);
    let pixel0 = row0;
    var a0 = start;
    let at1 = firstPixel + 32u;
    let row1 = picture * 49u + min(at1, 48u);
    let pixel1 = row1;
    var a1 = start;
    let tap = 0u;
    for (var k = 0u; k < 80u; k += 1u) {
      let c = k;
      let at = (tap * 80u + k) * 1280u + column;
      let w0 = w_columns[at]; let w1 = w_columns[at + 320u]; let w2 = w_columns[at + 640u]; let w3 = w_columns[at + 960u];
      { var x = in0[pixel0 * 80u + c];   a0 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
      { var x = in0[pixel1 * 80u + c];   a1 += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3; }
    }
    if (at0 < 49u) {
      a0 = clamp(a0, vec4f(0.0), vec4f(6.0));
      total += a0;
    }
    if (at1 < 49u) {
      a1 = clamp(a1, vec4f(0.0), vec4f(6.0));
      total += a1;
    }
  }
  partial[local] = total;
  workgroupBarrier();
  if (local < 2u && block < 320u) {
    var sum = vec4f();
    for (var lane = 0u; lane < 32u; lane++) { sum += partial[lane * 2u + local]; }
    let mean = sum * 0.02040816326530612;
    out0[picture * 320u + block] = mean;
  }
}
