import { createPolicy } from '../policies/create-policy.js';
import type { ResiliencePolicy } from '../policies/resilience-policy.js';

/** The policy that orders are looked up under: none of its own, because the methods that read have theirs. */
export const lookUpPolicy: ResiliencePolicy = createPolicy({ name: 'clientLookUp', effect: 'read' });

/** Enough for the patience of the market and a ban in the middle of it, in milliseconds. */
export const reconcileDeadlineMs = 60_000;
