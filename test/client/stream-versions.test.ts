import { describe, expect, it } from 'vitest';
import { StreamVersions } from '../../src/client/stream-versions.js';

/** What is said of frames that come one after the other. */
function verdicts(...frames: readonly (readonly [version: number, content: string, channel?: string])[]) {
  const versions = new StreamVersions();
  return frames.map(([version, content, channel = 'orders']) => versions.take(channel, version, content));
}

describe('the versions of a stream', () => {
  it('increase by one, and show a gap', () => {
    expect(verdicts([7, 'a'], [8, 'b'], [10, 'c'], [11, 'd'])).toEqual(['next', 'next', 'gap', 'next']);
  });

  it('drop a frame that comes twice, but no other of the same version', () => {
    expect(verdicts([7, 'a'], [7, 'a'], [7, 'b'], [7, 'a', 'fill'], [7, 'b'])).toEqual([
      'next',
      'repeat',
      'next',
      'next',
      'repeat',
    ]);
  });

  it('accept a late frame, of its own channel or another', () => {
    expect(verdicts([4, 'a'], [5, 'b', 'fill'], [6, 'c'], [5, 'd'], [7, 'e'])).toEqual([
      'next',
      'next',
      'next',
      'next',
      'next',
    ]);
    expect(verdicts([4, 'a'], [6, 'b'], [5, 'c'], [7, 'd'])).toEqual(['next', 'gap', 'next', 'next']);
  });

  it.each([
    [[1_000, 'a'] as const, [1, 'b'] as const],
    [[40, 'a'] as const, [1, 'b'] as const],
  ])('show a gap if the count restarts: %o, %o', (before, after) => {
    expect(verdicts(before, after, [2, 'c'], [3, 'd'])).toEqual(['next', 'gap', 'next', 'next']);
  });

  it('show a gap if a version repeats with other content', () => {
    expect(verdicts([1, 'a'], [2, 'b'], [3, 'c'], [1, 'd'], [2, 'e'])).toEqual([
      'next',
      'next',
      'next',
      'gap',
      'next',
    ]);
  });

  it('are not corrupted by one that is far too large', () => {
    expect(verdicts([1, 'a'], [Number.MAX_SAFE_INTEGER, 'b'], [2, 'c'], [3, 'd'])).toEqual([
      'next',
      'gap',
      'gap',
      'next',
    ]);
  });

  it('are remembered only for as long as frames may be late', () => {
    const versions = new StreamVersions();
    for (let version = 1; version <= 500; version += 1) {
      expect(versions.take('orders', version, 'same')).toBe('next');
    }
    expect(versions.take('orders', 450, 'same')).toBe('repeat');
    versions.clear();
    expect(versions.take('orders', 450, 'same')).toBe('next');
  });
});
