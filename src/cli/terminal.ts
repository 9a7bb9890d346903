/** Where a program writes and what ends it; tests pass their own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** How much fits on the screen; `undefined` if the output is not a terminal. */
  size(): { readonly columns: number; readonly rows: number } | undefined;
  /** Waits for Ctrl-C, or for a signal to end. */
  interrupted(): Promise<void>;
}

/** The terminal that the program runs in. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  size: () => {
    const { columns, isTTY, rows } = process.stdout;
    // A terminal without a size, as some containers have it, shows nothing in place.
    return isTTY && columns > 0 ? { columns, rows } : undefined;
  },
  interrupted: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
};
