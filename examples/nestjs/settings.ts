/** The exchange, the credentials, and the behaviour of the service. */
export interface Settings {
  readonly exchangeUrl: string;
  readonly apiKey: string;
  readonly secretKey: string;
  readonly passphrase: string;
  /** The largest order that the desk accepts, in units of the coin. */
  readonly maxQuantity: number;
  /** How long a shutdown waits for running calls, in milliseconds. */
  readonly drainMs: number;
}
