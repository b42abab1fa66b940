// Every ONNX operator whose meaning is known here: one table, one row an operator.
import type { Kind } from '../../model/call.ts';
import { attentions } from './attention.ts';
import { elementwise } from './elementwise.ts';
import { further } from './further.ts';
import { microsoft } from './microsoft.ts';
import { movement } from './movement.ts';
import { norms } from './norm.ts';
import { pieces } from './pieces.ts';
import { products } from './product.ts';
import { quantized } from './quantized.ts';
import { resampling } from './resampling.ts';
import { windowed } from './window.ts';

export const onnxKinds: ReadonlyMap<string, Kind> = new Map(
  [
    elementwise,
    windowed,
    products,
    norms,
    movement,
    pieces,
    quantized,
    microsoft,
    resampling,
    attentions,
    further,
  ].flatMap((table) => Object.entries(table)),
);
