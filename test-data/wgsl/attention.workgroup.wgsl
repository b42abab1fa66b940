// attention/workgroup: q 1×14×14×192, k 1×7×7×48, v 1×7×7×48, y 1×14×14×192
// 196 × 1 × 1 workgroups
@group(0) @binding(0) var<storage, read> in0: array<vec4<f32>, 9408>;
@group(0) @binding(1) var<storage, read> in1: array<vec4<f32>, 588>;
@group(0) @binding(2) var<storage, read> in2: array<vec4<f32>, 588>;
@group(0) @binding(3) var<storage, read_write> out0: array<vec4<f32>, 9408>;
var<workgroup> query: array<vec4f, 48>;
var<workgroup> scores: array<f32, 196>;
var<workgroup> shares: array<f32, 64>;
var<workgroup> inverse: array<f32, 4>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let tile = group.x;
  let firstQuery = (tile % 49u) * 4u;
  let firstHead = (tile / 49u) % 4u;
  let n = tile / 196u;
  for (var i = local; i < 48u; i += 64u) {
    let row = i / 12u;
    let head = firstHead + row / 4u;
    let token = n * 196u + min(firstQuery + row % 4u, 195u);
    query[i] = in0[(token) * 48u + 0u + head * 12u + i % 12u] * 0.14433756729740643;
  }
  workgroupBarrier();
  for (var h = 0u; h < 1u; h++) {
    let head = firstHead + h;
    for (var j = local; j < 49u; j += 64u) {
      let fromK = (n * 49u + j) * 12u + 0u + 0u * 0u;
      var s0 = 0.0; var s1 = 0.0; var s2 = 0.0; var s3 = 0.0;
      for (var d = 0u; d < 12u; d++) {
        let key = in1[fromK + d];
        s0 += dot(query[(h * 4u + 0u) * 12u + d], key);
        s1 += dot(query[(h * 4u + 1u) * 12u + d], key);
        s2 += dot(query[(h * 4u + 2u) * 12u + d], key);
        s3 += dot(query[(h * 4u + 3u) * 12u + d], key);
      }
      scores[(h * 4u + 0u) * 49u + j] = s0;
      scores[(h * 4u + 1u) * 49u + j] = s1;
      scores[(h * 4u + 2u) * 49u + j] = s2;
      scores[(h * 4u + 3u) * 49u + j] = s3;
    }
  }
  workgroupBarrier();
  { let row = min(local / 16u, 3u);
    let lane = local % 16u;
    let live = local < 64u;
    var top = -3.40282e38;
    for (var j = lane; j < 49u; j += 16u) {
      top = max(top, scores[row * 49u + j]);
    }
    shares[local] = top;
    workgroupBarrier();
    for (var l = 0u; l < 16u; l++) { top = max(top, shares[row * 16u + l]); }
    workgroupBarrier();
    var total = 0.0;
    if (live) {
      for (var j = lane; j < 49u; j += 16u) {
        let e = exp(max(scores[row * 49u + j] - top, -80.0)); scores[row * 49u + j] = e; total += e;
      }
    }
    shares[local] = total;
    workgroupBarrier();
    if (live && lane == 0u) {
      total = 0.0;
      for (var l = 0u; l < 16u; l++) { total += shares[row * 16u + l]; }
      inverse[row] = 1.0 / total;
    }
  }
  workgroupBarrier();
  let lane = local / 12u;
  if (lane >= 5u) { return; }
  for (var item = local % 12u; item < 12u; item += 12u) {
    let h = item / 12u;
    let head = firstHead + h;
    let fromV = (n * 49u) * 12u + 0u + 0u * 0u + item % 12u;
    let m0 = min(lane + 0u, 3u); var a0 = vec4f();
    for (var j = 0u; j < 49u; j++) {
      let value = in2[fromV + j * 12u];
      a0 += scores[(h * 4u + m0) * 49u + j] * value;
    }
    let block = head * 12u + item % 12u;
    if (lane + 0u < 4u && firstQuery + m0 < 196u) {
      let row = n * 196u + firstQuery + m0;
      a0 *= inverse[h * 4u + m0];
      out0[row * 48u + block] = a0;
    }
  }
}
