export { createMemoryJournal } from './create-memory-journal.js';
export { mintClientOrderId } from './mint-client-order-id.js';
export { recoverIntents } from './recover-intents.js';
export { weexVenues } from './venue.js';

export type { Intent, IntentJournal, IntentOutcome } from './intent-journal.js';
export type { MintOptions } from './mint-client-order-id.js';
export type { OrderSafety } from './order-safety.js';
export type { RecoveredIntent, RecoverOptions } from './recover-intents.js';
export type { Venue } from './venue.js';
