/**
 * What the version of a frame shows: it is the next one, it was already reported, or something before it was
 * missed.
 */
export type VersionVerdict = 'next' | 'repeat' | 'gap';

/** Frames may be late by less than this many versions, since each channel may take its own route. */
const remembered = 100;

/**
 * The versions of the frames of one connection. The channels count together, and the frames of one change share a
 * version. Only an exact repetition is dropped: a version that goes back is a late frame, or a count that has
 * restarted.
 */
export class StreamVersions {
  /** What was reported with each of the last versions, by channel. */
  readonly #told: Map<number, Map<unknown, Set<string>>> = new Map();
  #first = Infinity;
  #last = -Infinity;

  /** Checks the version of the next frame. */
  take(channel: unknown, version: number, content: string): VersionVerdict {
    if (this.#told.get(version)?.get(channel)?.has(content)) return 'repeat';
    const last = this.#last;
    const isNewCount = version < last && !this.#isLate(channel, version);
    if (isNewCount) this.#told.clear();
    if (isNewCount || last === -Infinity) this.#first = version;
    if (isNewCount || version > last) this.#last = version;
    this.#note(channel, version, content);
    return isNewCount || (last !== -Infinity && version > last + 1) ? 'gap' : 'next';
  }

  /** Forgets everything: each connection counts for itself. */
  clear(): void {
    this.#told.clear();
    this.#first = Infinity;
    this.#last = -Infinity;
  }

  #isLate(channel: unknown, version: number): boolean {
    const isNear = version >= this.#first && version > this.#last - remembered;
    return isNear && !this.#told.get(version)?.has(channel);
  }

  #note(channel: unknown, version: number, content: string): void {
    const channels = this.#told.get(version) ?? new Map<unknown, Set<string>>();
    const contents = channels.get(channel) ?? new Set<string>();
    this.#told.set(version, channels.set(channel, contents.add(content)));
    if (this.#told.size <= 2 * remembered) return;
    for (const known of this.#told.keys()) if (known <= this.#last - remembered) this.#told.delete(known);
  }
}
