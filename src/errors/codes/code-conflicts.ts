import { v2Catalogue, weexClientCatalogue } from '../catalogues.js';

/** A number that weex-client and the exchange understand differently. */
export interface CodeConflict {
  readonly code: number | string;
  /** The meaning in weex-client. It applies to every path except those of V1 and V2. */
  readonly weexClient: string;
  /** The meaning in the exchange's lists. It applies to the paths of V1 and V2. */
  readonly exchange: string;
  /** What comes of reading one as the other. */
  readonly consequence: string;
}

const notes: ReadonlyMap<number | string, string> = new Map([
  [40001, 'The same class, another cause: an invalid key is 40006 there.'],
  [40002, 'The same class, another cause: a wrong signature is 40009 there.'],
  [40003, 'A clock taken for a passphrase: a wrong passphrase is 40012 there.'],
  [40004, 'A related exchange uses it for an expired timestamp.'],
  [40005, 'A clock, which can be corrected, taken for a missing permission.'],
  [40029, 'WEEX sends HTTP 429, with the code 429 in V2.'],
  [40030, 'WEEX sends HTTP 429.'],
  [40031, 'WEEX sends HTTP 429; a related exchange uses the number for a closed account.'],
  [40032, 'The answer of a WebSocket is not documented.'],
  [50001, 'None: an internal failure in any reading.'],
  [50002, 'None: an internal failure in any reading.'],
  [50003, 'A permanent refusal retried as an outage, and counted by the circuit breaker.'],
  [50004, 'A permanent refusal retried as an outage, and counted by the circuit breaker.'],
]);

/** Every code of weex-client, with what the exchange documents under the same number. */
export function codeConflicts(): readonly CodeConflict[] {
  return weexClientCatalogue.rows.map(({ code, meaning }) => ({
    code,
    weexClient: meaning,
    exchange: v2Catalogue.get(code)?.meaning ?? 'not documented',
    consequence: notes.get(code) ?? '',
  }));
}
