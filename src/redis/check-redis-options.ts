import { checkOptions } from '../core/options/check-options.js';
import { anything, option, type OptionRule, optionTable } from '../core/options/option-table.js';
import type { RedisCoordinatorOptions } from './create-redis-coordinator.js';
import type { RedisJournalOptions } from './create-redis-journal.js';

/** Redis accepts integers only. */
const wholeMs = (least: number, most: number): OptionRule =>
  option(
    `a whole number of milliseconds from ${least} to ${most}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );

const common = {
  // Checked by its methods.
  client: anything,
  prefix: option('a non-empty string', (value) => typeof value === 'string' && value !== ''),
  leaseMs: wholeMs(1_000, 3_600_000),
};
const coordinator = optionTable<RedisCoordinatorOptions>({ ...common, idWaitMs: wholeMs(1, 5_000) });
const journal = optionTable<RedisJournalOptions>(common);

/** @throws TypeError or RangeError that lists every unknown or invalid option. */
export const checkCoordinatorOptions = (given: unknown): RedisCoordinatorOptions =>
  checkOptions(coordinator, given, 'create a Redis coordinator');

/** @throws TypeError or RangeError that lists every unknown or invalid option. */
export const checkJournalOptions = (given: unknown): RedisJournalOptions =>
  checkOptions(journal, given, 'create a Redis journal');
