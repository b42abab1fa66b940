// What is thrown where no kernel computes a node of a graph.

/** A node that no kernel can compute. `node` names the layer. */
export class LoweringError extends Error {
  override readonly name = 'LoweringError';
  constructor(
    message: string,
    readonly node: string,
  ) {
    super(message);
  }
}
