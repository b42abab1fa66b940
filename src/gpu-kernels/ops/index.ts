// The op registry: one line per op.
import type { Op } from '../op.ts';
import { conv2d } from './conv2d.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- ops of different attribute types live in one table */
export const ops: Readonly<Record<string, Op<any>>> = Object.fromEntries(
  [conv2d].map((op) => [op.name, op as Op<any>]),
);
