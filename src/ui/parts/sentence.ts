// What went wrong, as a sentence: capital letter, full stop.

export function sentence(problem: unknown): string {
  const text = problem instanceof Error ? problem.message : String(problem);
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
