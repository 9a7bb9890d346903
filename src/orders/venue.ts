/** What an exchange promises about client order ids: facts that decide when an order may be sent again. */
export interface Venue {
  /** For error messages. */
  readonly name: string;
  /**
   * What sending the same id twice is protected from. `'nothing'`: a second order is made. `'open-orders'`: no
   * second order as long as the first one is open. `'window'`: no second order for `idWindowMs`. `'for-ever'`: never
   * a second order.
   */
  readonly idProtects: 'nothing' | 'open-orders' | 'window' | 'for-ever';
  /** How long an id is remembered, in milliseconds, where `idProtects` is `'window'`. */
  readonly idWindowMs?: number | undefined;
  /** Where an order can be looked up by its client order id. */
  readonly lookUp: 'by-id' | 'open-orders-and-history';
  /** How long after its execution an order may stay invisible, in milliseconds. */
  readonly visibleWithinMs: number;
  /** How long after its timestamp a request may still be executed, in milliseconds. */
  readonly requestValidForMs: number;
}
