// What an `ssd` line means that is silent: the block's schema tells people, the detector reads.

export const ssdDefaults = { code: 4, ratios: [2, 3], lo: 0.2, hi: 0.95 } as const;
