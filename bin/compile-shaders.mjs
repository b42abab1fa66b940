// Compiles shaders and runs nothing: opens the Vulkan device that the environment names and makes a pipeline of each text of a JSON file.
//   node bin/compile-shaders.mjs TEXTS.json     on stderr a marker before each pipeline, then what the driver says of it
// The null device has no queue, so that a clean exit would wait for ever: the process ends itself by SIGKILL.
import { readFileSync, writeSync } from 'node:fs';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const say = (/** @type {string} */ line) => writeSync(2, `\n@@ ${line}\n`);
/** @type {string[]} */
const texts = JSON.parse(readFileSync(/** @type {string} */ (process.argv[2]), 'utf8'));
// Kept in a name: Dawn stops when its `GPU` object is collected.
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (!adapter) {
  say('problem Dawn finds no adapter on the null device');
  process.kill(process.pid, 'SIGKILL');
}
const { info, features, limits } = /** @type {GPUAdapter} */ (adapter);
say(`adapter ${info.vendor} ${info.architecture}`);
const wanted = /** @type {GPUFeatureName[]} */ (['shader-f16', 'subgroups']).filter((name) => features.has(name));
const device = await /** @type {GPUAdapter} */ (adapter).requestDevice({
  requiredFeatures: wanted,
  requiredLimits: {
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
  },
});
/** @type {Promise<unknown>[]} */
const failures = [];
for (const [index, code] of texts.entries()) {
  say(`begin ${index}`);
  // In one call: the driver's text stands between the markers, and nothing waits for Dawn's next look at its futures.
  device.pushErrorScope('validation');
  device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  failures.push(
    device.popErrorScope().then((error) => error && say(`failed ${index} ${error.message.split('\n')[0]}`)),
  );
  say(`end ${index}`);
}
await Promise.all(failures);
say(`done ${typeof gpu}`);
process.kill(process.pid, 'SIGKILL');
