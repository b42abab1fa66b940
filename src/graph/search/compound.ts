// Compound scaling (Tan and Le 2019, EfficientNet, §3.3): depth α^φ, width β^φ, resolution γ^φ with α · β² · γ² near 2.

export interface Scaling {
  readonly depth: number;
  readonly width: number;
  readonly resolution: number;
  /** α · β² · γ²: how many times the MACs grow if nothing is rounded. */
  readonly growth: number;
}

/**
 * The grid of eq. 3: α from 1 to 1.4, β and γ from 1 to 1.3 in steps of 0.05, growth within `slack` of 2. The paper's choice 1.2, 1.1, 1.15 grows
 * 1.920 times.
 */
export function compoundGrid(slack = 0.1): readonly Scaling[] {
  const steps = (most: number): number[] =>
    Array.from({ length: Math.round((most - 1) / 0.05) + 1 }, (_, i) => Math.round((1 + 0.05 * i) * 100) / 100);
  return steps(1.4).flatMap((depth) =>
    steps(1.3).flatMap((width) =>
      steps(1.3).flatMap((resolution) => {
        const growth = depth * width ** 2 * resolution ** 2;
        return Math.abs(growth - 2) <= slack + 1e-9 ? [{ depth, width, resolution, growth }] : [];
      }),
    ),
  );
}
