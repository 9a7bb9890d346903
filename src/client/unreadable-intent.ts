import { WEEXOutcomeUnknownError } from '../errors/index.js';
import type { Intent, RecoveredIntent } from '../orders/index.js';

/** Its record was damaged: neither its market nor its symbol is known, so that it cannot be looked up. */
export function isUnreadable({ args, operation, sentAt }: Intent): boolean {
  return operation === undefined && args.length === 0 && sentAt === 0;
}

/** What a recovery reports about it. */
export function unknownIntent(intent: Intent): RecoveredIntent<never> {
  const { clientOrderId } = intent;
  const error = new WEEXOutcomeUnknownError(
    `Cannot establish whether order ${clientOrderId} was executed: its record in the journal is damaged. Look it up manually`,
    { clientOrderId },
  );
  return { intent, outcome: 'unknown', error };
}
