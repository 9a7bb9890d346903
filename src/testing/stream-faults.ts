/** What goes wrong with the private frames of a simulated exchange. Shares are from 0 to 1, drawn from the seed. */
export interface StreamFaults {
  /**
   * The share of account updates that are never sent and not counted in `v`, so nothing shows that they are
   * missing. Default 0.
   */
  readonly drop?: number | undefined;
  /** The share of updates that are never sent but counted in `v`, so the next frame shows the gap. Default 0. */
  readonly gap?: number | undefined;
  /** The share of updates that are sent twice. Default 0. */
  readonly duplicate?: number | undefined;
  /** How late every frame is sent, in milliseconds. Default 0. */
  readonly delayMs?: number | undefined;
}

/** The faults with all defaults filled in. */
export type ResolvedStreamFaults = { readonly [Name in keyof StreamFaults]-?: number };
