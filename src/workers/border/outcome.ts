// Errors become values before they cross a worker's border.
import { NoDeviceError, ShaderError } from '../engine/device.ts';
import { OutOfMemoryError } from '../engine/program.ts';
import type { CallProblem, Outcome } from './protocol.ts';

/** The kind of an error and its sentence. */
export function problemOf(error: unknown): CallProblem {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NoDeviceError) return { kind: 'unavailable', message };
  if (error instanceof OutOfMemoryError) return { kind: 'memory', message };
  if (error instanceof ShaderError) return { kind: 'shader', message };
  if (error instanceof Error && error.name === 'AbortError') return { kind: 'aborted', message };
  return { kind: 'internal', message };
}

export async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}
