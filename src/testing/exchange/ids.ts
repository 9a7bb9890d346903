import { randomAt } from '../seeded-random.js';

/**
 * Returns a generator of ids of 18 digits, each larger than the one before; most of them exceed the precision of a
 * JavaScript number.
 */
export function createIds(seed: number | string): () => string {
  let id = 736_000_000_000_000_000n + BigInt(Math.floor(randomAt(seed, 'ids') * 1e15));
  return () => {
    id += 1_048_583n;
    return String(id);
  };
}
