import { RuleBook } from './rule-book.js';
import { Scopes } from './scopes.js';

/** What a policy shares with others: that of its registry, or of the process. */
export interface PolicyHost {
  readonly scopes: Scopes;
  readonly rules: RuleBook;
  /** Whether policies that name no scope share one retry budget. */
  readonly sharesBudget: boolean;
}

let host: PolicyHost | undefined;

/** What policies outside of a registry share: the scopes that they name. */
export function processHost(): PolicyHost {
  host ??= { scopes: new Scopes(), rules: new RuleBook(), sharesBudget: false };
  return host;
}
