import type { Resolution } from './resilience-policy.js';

/** Whether an answer is one of the three that mean something. */
export function isResolution(value: unknown): value is Resolution {
  const outcome = (value as { outcome?: unknown } | null | undefined)?.outcome;
  return outcome === 'found' || outcome === 'absent' || outcome === 'unknown';
}
