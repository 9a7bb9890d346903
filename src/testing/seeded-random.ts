/**
 * Returns a repeatable source of random numbers: the same seed produces the same sequence on every machine. It fits
 * the `random` option of a policy. Do not use it for secrets.
 *
 * `seed` is any number or string. The numbers are at least 0 and below 1, with 32 bits of randomness each.
 *
 * @example
 * ```ts
 * import { createRandom } from 'weex-resilience/testing';
 *
 * const random = createRandom(7);
 * const again = createRandom(7);
 * console.log(random() === again()); // true
 * ```
 */
export function createRandom(seed: number | string): () => number {
  let state = hash(String(seed));
  // Weyl sequence through a mixer (mulberry32): short, and passes the usual tests of randomness.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
}

/** @internal A number from 0 to below 1 that depends only on the parts, not on earlier draws. */
export function randomAt(...parts: readonly (number | string)[]): number {
  return mix(hash(parts.join('\n'))) / 2 ** 32;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), value | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

// FNV-1a over the UTF-16 units, then the final mixer of MurmurHash3: similar seeds produce unrelated states.
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) | 0;
}
