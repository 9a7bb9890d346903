/** What goes wrong with the private frames of a simulated exchange. Shares are from 0 to 1, chance comes from the seed. */
export interface StreamFaults {
  /** Updates of the account that are never sent, and that `v` does not count: nothing shows them to be missing. Default 0. */
  readonly drop?: number | undefined;
  /** Updates that are never sent, but that `v` counts: the next frame shows the gap. Default 0. */
  readonly gap?: number | undefined;
  /** Updates that are sent twice. Default 0. */
  readonly duplicate?: number | undefined;
  /** How late every frame is sent, in milliseconds. Default 0. */
  readonly delayMs?: number | undefined;
}

/** The faults with everything filled in. */
export type ResolvedStreamFaults = { readonly [Name in keyof StreamFaults]-?: number };
