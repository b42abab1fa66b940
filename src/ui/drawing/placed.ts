// What the layout places: blocks with their ops, and the lines between them. Pixels at zoom 1.
import type { GraphNode } from '../../graph/ir/graph.ts';
import type { Unit } from './scene.ts';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface PlacedOp extends Rect {
  readonly node: GraphNode;
}
export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  /** Where a label would stand. */
  readonly at: readonly [number, number];
}
export interface PlacedUnit extends Rect {
  readonly unit: Unit;
  /** Empty while the unit is folded. */
  readonly ops: readonly PlacedOp[];
  readonly inner: readonly PlacedEdge[];
}
