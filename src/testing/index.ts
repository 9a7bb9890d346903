export { createFakeClock } from './fake-clock.js';
export { createRandom } from './seeded-random.js';

export type { FakeClock } from './fake-clock.js';
