// The operator sets of ONNX that a net can be written in.

/** Ops write their forms as of the newest; in older ones the same is said in other words. */
export const onnxOpsets = { oldest: 13, newest: 20 } as const;
