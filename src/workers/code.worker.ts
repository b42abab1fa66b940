// Entry of the worker that writes a net as PyTorch code: the page only describes ops, and what writes them is not part of its first load.
import { pytorchCode } from '../graph/formats/pytorch/print.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';

export type CodeAnswer = { readonly code: string } | { readonly problem: string };

self.addEventListener('message', ({ data: graph }: MessageEvent<InferredGraph>) => {
  const tell = (answer: CodeAnswer): void => self.postMessage(answer);
  try {
    tell({ code: pytorchCode(graph) });
  } catch (error) {
    tell({ problem: error instanceof Error ? error.message : String(error) });
  }
});
