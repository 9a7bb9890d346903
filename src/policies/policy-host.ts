import { RuleBook } from './rule-book.js';
import { Scopes } from './scopes.js';

/** What a policy shares with others: that of its registry, or of the process. */
export interface PolicyHost {
  /** The registry; `undefined` for policies outside of any. */
  readonly origin: object | undefined;
  readonly scopes: Scopes;
  readonly rules: RuleBook;
  /** Whether policies that name no scope share one retry budget. */
  readonly sharesBudget: boolean;
}

let host: PolicyHost | undefined;

/** What policies outside of a registry share: the scopes that they name. */
export function processHost(): PolicyHost {
  host ??= { origin: undefined, scopes: new Scopes(), rules: new RuleBook(), sharesBudget: false };
  return host;
}
