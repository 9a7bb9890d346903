export { createRedisCoordinator } from './create-redis-coordinator.js';
export { createRedisJournal } from './create-redis-journal.js';

export type { RedisCoordinator, RedisCoordinatorOptions } from './create-redis-coordinator.js';
export type { RedisIntentJournal, RedisJournalOptions } from './create-redis-journal.js';
export type { IoRedisClient, NodeRedisClient, RedisClient } from './redis-client.js';
