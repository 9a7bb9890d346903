import { mintClientOrderId } from '../orders/index.js';
import { clientState } from './client-state.js';
import type { SightingKind } from './sightings.js';

/** Returns a new client order id. It is noted as new, so that a lookup of its order is short. */
export function generateId(self: unknown, kind: SightingKind): string {
  const id = mintClientOrderId();
  clientState(self).absences.generated(kind, id);
  return id;
}
