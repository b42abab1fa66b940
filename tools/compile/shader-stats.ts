// What RADV prints of a pipeline with RADV_DEBUG=shaderstats, as numbers.

export interface ShaderStats {
  readonly vgprs: number;
  readonly sgprs: number;
  readonly spilledVgprs: number;
  readonly spilledSgprs: number;
  /** Workgroup memory, bytes. */
  readonly ldsBytes: number;
  readonly scratchBytes: number;
  /** Waves that a SIMD holds at once. */
  readonly wavesPerSimd: number;
  readonly instructions: number;
  readonly valu: number;
  readonly salu: number;
  readonly vmem: number;
  readonly smem: number;
  readonly branches: number;
  /** Cycles of one wave from begin to end, and of the unit that it keeps busiest: every loop counted as eight rounds. */
  readonly latency: number;
  readonly inverseThroughput: number;
}

const titles: Readonly<Record<keyof ShaderStats, string>> = {
  vgprs: 'VGPRs',
  sgprs: 'SGPRs',
  spilledVgprs: 'Spilled VGPRs',
  spilledSgprs: 'Spilled SGPRs',
  ldsBytes: 'LDS size',
  scratchBytes: 'Scratch size',
  wavesPerSimd: 'Subgroups per SIMD',
  instructions: 'Instructions',
  valu: 'VALU',
  salu: 'SALU',
  vmem: 'VMEM',
  smem: 'SMEM',
  branches: 'Branches',
  latency: 'Latency',
  inverseThroughput: 'Inverse Throughput',
};

/** The statistics in one pipeline's output. Throws Error where a number is missing. */
export function parseShaderStats(text: string): ShaderStats {
  const numbers = new Map(
    [...text.matchAll(/^([A-Za-z][A-Za-z -]*): (\d+)$/gm)].map(([, title, count]) => [title, Number(count)]),
  );
  const entries = Object.entries(titles).map(([key, title]) => {
    const count = numbers.get(title);
    if (count === undefined) throw new Error(`the driver says nothing of "${title}"`);
    return [key, count];
  });
  return Object.fromEntries(entries) as ShaderStats;
}

/** One entry a shader of `count`, from what bin/compile-shaders.mjs left on stderr. Throws Error with the first failure. */
export function parseRun(text: string, count: number): ShaderStats[] {
  const failure = /^@@ (?:problem|failed \d+) (.*)$/m.exec(text);
  if (failure) throw new Error(`a shader does not compile: ${failure[1] ?? ''}`);
  return Array.from({ length: count }, (_, index) => {
    const part = text.split(`@@ begin ${index}\n`)[1]?.split(`@@ end ${index}\n`);
    if (part?.length !== 2) throw new Error(`the compiler stopped at shader ${index}: ${text.trim().slice(-200)}`);
    return parseShaderStats(part[0] as string);
  });
}
