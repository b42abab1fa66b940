// The GPUs whose compiler RADV has, with the few numbers that the model of a dispatch's time needs.

export const chipNames = ['navi31', 'navi21', 'polaris10'] as const;
export type ChipName = (typeof chipNames)[number];

export interface Chip {
  /** A card with it. */
  readonly card: string;
  /** Units that execute one wave's instruction at a time. */
  readonly simds: number;
  /** Lanes of a wave as RADV runs compute shaders for Dawn: the statistics count in these. */
  readonly waveSize: 32 | 64;
  readonly clockMHz: number;
  readonly bandwidthGBs: number;
}

/** AMD's data sheets: compute units × SIMDs each, boost clock, memory bandwidth. */
export const chips: Readonly<Record<ChipName, Chip>> = {
  navi31: { card: 'Radeon RX 7900 XTX', simds: 96 * 2, waveSize: 32, clockMHz: 2500, bandwidthGBs: 960 },
  navi21: { card: 'Radeon RX 6900 XT', simds: 80 * 2, waveSize: 32, clockMHz: 2250, bandwidthGBs: 512 },
  polaris10: { card: 'Radeon RX 580', simds: 36 * 4, waveSize: 64, clockMHz: 1340, bandwidthGBs: 256 },
};

/** One dispatch that waits for the one before it, µs: 4 to 6 on Vulkan. */
export const launchUs = 5;
