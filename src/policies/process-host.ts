import type { PolicyHost } from './pipeline.js';
import { RuleBook } from './rule-book.js';
import { Scopes } from './scopes.js';

let host: PolicyHost | undefined;

/** What policies outside of a registry share: the scopes that they name. */
export function processHost(): PolicyHost {
  host ??= { scopes: new Scopes(), rules: new RuleBook(), sharesBudget: false };
  return host;
}
