/** A request that can change something, from the moment an attempt began to send it. */
export interface SentRequest {
  /** Method and path, where they are known. */
  readonly target?: string | undefined;
  /** The body as it went out, where it is text: an order carries its client order id there. */
  readonly body: string | undefined;
  /**
   * `'open'` until the answer to this very request is in. `'executed'`: the exchange reported success. `'refused'`:
   * the exchange refused it in words of its own, or it was proven absent.
   */
  outcome: 'open' | 'executed' | 'refused';
  /** What the exchange refused it with. */
  refusal?: unknown;
}
