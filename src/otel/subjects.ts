import type { Attributes } from '@opentelemetry/api';
import { attribute } from './attributes.js';
import { BoundedNames } from '../observability/bounded-names.js';

/** A policy and an operation, as attributes that are created once. */
export interface Subject {
  readonly policy: Attributes;
  /** The policy, and the operation if the call has one. */
  readonly call: Attributes;
  readonly callBy: Readonly<Record<Outcome, Attributes>>;
  readonly policyBy: Readonly<Record<Outcome, Attributes>>;
}

type Outcome = 'success' | 'failure' | 'aborted';

/** The names in events, limited in number, since a program may generate names. */
export class Subjects {
  readonly #policies = new BoundedNames(50);
  readonly #operations = new BoundedNames(200);
  readonly #known: Map<string, Map<string | undefined, Subject>> = new Map();
  readonly #appeared: (subject: Subject) => void;

  /** `appeared` is called for each new subject. */
  constructor(appeared: (subject: Subject) => void = () => undefined) {
    this.#appeared = appeared;
  }

  of(facts: { readonly policy: string; readonly operation?: string | undefined }): Subject {
    const policy = this.#policies.of(facts.policy);
    const operation = facts.operation === undefined ? undefined : this.#operations.of(facts.operation);
    let operations = this.#known.get(policy);
    if (!operations) this.#known.set(policy, (operations = new Map<string | undefined, Subject>()));
    const known = operations.get(operation);
    if (known) return known;
    const ofPolicy = { [attribute.policy]: policy };
    const call = operation === undefined ? ofPolicy : { ...ofPolicy, [attribute.operation]: operation };
    const subject = { policy: ofPolicy, call, policyBy: byOutcome(ofPolicy), callBy: byOutcome(call) };
    operations.set(operation, subject);
    this.#appeared(subject);
    return subject;
  }
}

function byOutcome(attributes: Attributes): Record<Outcome, Attributes> {
  const withOutcome = (outcome: Outcome): Attributes => ({ ...attributes, [attribute.outcome]: outcome });
  return {
    success: withOutcome('success'),
    failure: withOutcome('failure'),
    aborted: withOutcome('aborted'),
  };
}
