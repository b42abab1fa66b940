// What the compiler's table is computed from besides the compiler: loop counts read from a kernel's text, and the driver's own print.
import { expect, it } from 'vitest';
import { roundsOf } from '../../../tools/compile/rounds.ts';
import { parseRun } from '../../../tools/compile/shader-stats.ts';

const body = (header: string): string => `fn main() {
for (${header}) {
sum += x[k];
workgroupBarrier();
}
}`;

it.each([
  ['var k = 0u; k < 640u; k++', 640],
  ['var k = 8u; k < 640u; k += 4u', 158],
  ['var k = lane; k < 640u; k += 16u', 40],
  ['var k = 0u; k < min(8u, 640u - first); k++', 8],
  ['var p = n * 49u; p < (n + 1u) * 49u; p++', 49],
  ['var step = 32u; step > 0u; step /= 2u', 6],
])('reads the rounds of %s', (header, rounds) => {
  expect(roundsOf(body(header)).barriers).toBe(rounds);
});

it('takes the rounds that a kernel states where the bound is no literal', () => {
  expect(roundsOf(body('var i = 0u; i < rectangle; i++').replace('++) {', '++) { // 13 rounds')).barriers).toBe(13);
});

it('multiplies nested loops and compares with eight rounds each', () => {
  const loop = (rounds: number, inner: string): string => `for (var k = 0u; k < ${rounds}u; k++) {\n${inner}\n}`;
  const long = roundsOf(`fn main() {\n${loop(100, loop(200, 'sum += x[k];'))}\n}`).factor;
  expect(long).toBeGreaterThan(250);
  // A short loop is unrolled: its rounds are in the compiler's count already.
  expect(roundsOf(`fn main() {\n${loop(3, 'sum += x[k];')}\n}`).factor).toBeCloseTo(1, 1);
});

it('takes a loop that begins or ends at what only the device knows for eight rounds of the compiler', () => {
  const begun = roundsOf('fn main() {\nfor (var k = lane; k < 4u; k += 4u) {\nsum += x[k];\n}\n}').factor;
  const ended = roundsOf('fn main() {\nfor (var k = 0u; k < rectangle; k++) { // 1 rounds\nsum += x[k];\n}\n}').factor;
  expect(begun).toBeLessThan(0.3);
  expect(ended).toBeLessThan(0.3);
});

const printed = `@@ adapter amd rdna-3

@@ begin 0

Compute Shader:
*** SHADER STATS ***
SGPRs: 128
VGPRs: 84
Spilled SGPRs: 0
Spilled VGPRs: 3
LDS size: 512
Scratch size: 0
Subgroups per SIMD: 18
Instructions: 1147
Branches: 4
Latency: 2407
Inverse Throughput: 732
VALU: 938
SALU: 28
VMEM: 59
SMEM: 8
********************

@@ end 0
`;

it('reads what the driver prints', () => {
  expect(parseRun(printed, 1)).toEqual([
    {
      vgprs: 84,
      sgprs: 128,
      spilledVgprs: 3,
      spilledSgprs: 0,
      ldsBytes: 512,
      scratchBytes: 0,
      wavesPerSimd: 18,
      instructions: 1147,
      valu: 938,
      salu: 28,
      vmem: 59,
      smem: 8,
      branches: 4,
      latency: 2407,
      inverseThroughput: 732,
    },
  ]);
  expect(() => parseRun(printed, 2)).toThrow('stopped at shader 1');
  expect(() => parseRun(`${printed}\n@@ failed 1 expected ';'\n`, 2)).toThrow("expected ';'");
});
