export type { Intent, IntentJournal, IntentOutcome } from './intent-journal.js';
export type { OrderSafety } from './order-safety.js';
export type { Venue } from './venue.js';
