// gate/workgroup: x 1×4×672, y 1×1×1×672
// 1 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 672>;
@group(0) @binding(1) var<storage, read> w_columns1: array<vec4<f32>, 28224>;
@group(0) @binding(2) var<storage, read> w_b1: array<vec4<f32>, 42>;
@group(0) @binding(3) var<storage, read> w_columns2: array<vec4<f32>, 28224>;
@group(0) @binding(4) var<storage, read> w_b2: array<vec4<f32>, 168>;
@group(0) @binding(5) var<storage, read_write> out0: array<vec4<f32>, 168>;
var<workgroup> means: array<vec4f, 168>;
var<workgroup> inner: array<vec4f, 42>;
var<workgroup> partial: array<vec4f, 256>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = group.x;
  { let base = 0u;
    let block = base + local % 168u;
    let lane = local / 168u;
    var sum = vec4f();
    if (lane < 1u && block < 168u) {
      for (var index = lane; index < 4u; index += 1u) {
        sum += in0[(n * 4u + index) * 168u + block];
      }
    }
    partial[local] = sum;
    workgroupBarrier();
    if (lane == 0u && block < 168u) {
      var v = vec4f();
      for (var l = 0u; l < 1u; l++) { v += partial[l * 168u + local]; }
      means[block] = v * 0.00510204081632653;
    }
    workgroupBarrier();
  }
  { let base = 0u;
    let block = base + local % 42u;
    let lane = local / 42u;
    var sum = vec4f();
    if (lane < 6u && block < 42u) {
      for (var index = lane; index < 168u; index += 6u) {
        let x = means[index];
        let at = index * 168u + block;
        sum += x.x * w_columns1[at] + x.y * w_columns1[at + 42u] + x.z * w_columns1[at + 84u] + x.w * w_columns1[at + 126u];
      }
    }
    partial[local] = sum;
    workgroupBarrier();
    if (lane == 0u && block < 42u) {
      var v = vec4f();
      for (var l = 0u; l < 6u; l++) { v += partial[l * 42u + local]; }
      v += w_b1[block];
      v = max(v, vec4f(0.0));
      inner[block] = v;
    }
    workgroupBarrier();
  }
  { let base = 0u;
    let block = base + local % 168u;
    let lane = local / 168u;
    var sum = vec4f();
    if (lane < 1u && block < 168u) {
      for (var index = lane; index < 42u; index += 1u) {
        let x = inner[index];
        let at = index * 672u + block;
        sum += x.x * w_columns2[at] + x.y * w_columns2[at + 168u] + x.z * w_columns2[at + 336u] + x.w * w_columns2[at + 504u];
      }
    }
    partial[local] = sum;
    workgroupBarrier();
    if (lane == 0u && block < 168u) {
      var v = vec4f();
      for (var l = 0u; l < 1u; l++) { v += partial[l * 168u + local]; }
      v += w_b2[block];
      v = clamp(v / 6.0 + 0.5, vec4f(0.0), vec4f(1.0));
      out0[n * 168u + block] = v;
    }
    workgroupBarrier();
  }
}
