// Words of measuring, apart from those of the nets; glossary.ts shows both.

export interface GlossaryEntry {
  readonly word: string;
  readonly means: string;
  readonly source: string;
  readonly link: string;
}

export const arxiv = (id: string): string => `https://arxiv.org/abs/${id}`;
export const roofline = { source: 'Roofline, 2009', link: 'https://doi.org/10.1145/1498765.1498785' };
const webgpu = { source: 'The WebGPU specification', link: 'https://www.w3.org/TR/webgpu/' };
const benchmarking = {
  source: 'Scientific benchmarking of parallel computing systems, 2015',
  link: 'https://doi.org/10.1145/2807591.2807644',
};
const intervals = {
  source: 'Practical nonparametric statistics (W. J. Conover), 1999',
  link: 'https://openlibrary.org/isbn/9780471160687',
};

export const measuringWords = {
  latency: {
    word: 'Latency',
    means: 'Time from one picture in memory to its answer, with nothing else under way; the median of many runs.',
    source: 'MobileNetV3, 2019',
    link: arxiv('1905.02244'),
  },
  time: {
    word: 'Time',
    means:
      'One pass of the whole net on this device, from the begin of the first kernel to the end of the last; the median of many runs.',
    ...webgpu,
  },
  cold: {
    word: 'Cold start',
    means:
      'What the first answer of a page costs: compiling the shaders, uploading the weights, and the first run. Shaders that the browser kept from an earlier visit compile in almost no time.',
    ...webgpu,
  },
  roofline: {
    word: 'Roofline',
    means:
      'How fast a layer could be at best: limited by arithmetic if it computes much for each byte it reads, by memory otherwise.',
    ...roofline,
  },
  dispatch: {
    word: 'Dispatch and kernel',
    means:
      'A kernel is a program for the GPU; a dispatch is one call of it, which computes one layer or several fused ones.',
    ...webgpu,
  },
  p90: {
    word: 'p90',
    means:
      'The 90th percentile: nine of ten runs were at least as quick. Far from the median, it says that some runs were disturbed.',
    ...benchmarking,
  },
  runs: {
    word: 'n (runs)',
    means: 'How often a time was taken. More runs make the interval shorter, not the time.',
    ...benchmarking,
  },
  interval: {
    word: '95 % interval',
    means:
      'Where the true median lies in 95 of 100 such measurements. Two times whose intervals overlap are not shown to differ.',
    ...intervals,
  },
  clockStep: {
    word: 'Clock step',
    means:
      'The smallest difference that a clock can show. Browsers round the GPU’s timestamps, many to 0.1 ms: what is shorter shows only in the mean of many runs.',
    ...webgpu,
  },
  occupancy: {
    word: 'Workgroups and occupancy',
    means:
      'A dispatch is cut into workgroups, which the GPU’s cores share. Fewer workgroups than cores leave some idle: occupancy is the share of the device that has work.',
    ...webgpu,
  },
  census: {
    word: 'Census of GPU calls',
    means:
      'Every WebGPU call of one run, counted. A runtime that should run on WebGPU and makes no dispatch ran on the processor, whatever it says.',
    ...webgpu,
  },
  wins: {
    word: 'Wins',
    means:
      'Rounds in which one was quicker than the other, run right after it. Half of them says that nothing differs; all of them, that chance did not decide.',
    ...benchmarking,
  },
  bound: {
    word: 'Bound by',
    means:
      'What keeps a dispatch from being faster: arithmetic, memory, the launch itself, or a chain of steps that wait for each other (latency).',
    ...roofline,
  },
} as const satisfies Readonly<Record<string, GlossaryEntry>>;
