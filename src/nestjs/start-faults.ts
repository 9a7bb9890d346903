/** Collects everything that keeps an application from starting, to tell it at once. */
export class StartFaults {
  readonly #lines: string[] = [];
  #hasWrongType = false;

  get count(): number {
    return this.#lines.length;
  }

  add(line: string, wrongType = false): void {
    this.#lines.push(line);
    this.#hasWrongType ||= wrongType;
  }

  /** Does something that may throw, and keeps what it says against the option at `path`. */
  try(path: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      // A message names its subject first, then one fault, or a list of them.
      const { message } = error as Error;
      const [, said = message] = /^Cannot [^:]*?(?:'[^']*')?[^:]*:\s*([^]*)$/.exec(message) ?? [];
      for (const fault of said.replace(/^- /, '').split('\n- ')) {
        this.add(`${path}: ${fault}`, error instanceof TypeError);
      }
    }
  }

  /** @throws TypeError where something has the wrong type, else RangeError, if there is any fault. */
  raise(): void {
    if (this.#lines.length === 0) return;
    const [first = ''] = this.#lines;
    const start = 'Cannot start ResilienceModule:';
    const message =
      this.#lines.length === 1 ? `${start} ${first}` : `${start}\n- ${this.#lines.join('\n- ')}`;
    throw this.#hasWrongType ? new TypeError(message) : new RangeError(message);
  }
}
