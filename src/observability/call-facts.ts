/** The fields of every event of a call. A call is one `execute` of a policy, with all its attempts. */
export interface CallFacts {
  /** When it happened, in milliseconds since 1970, or on the time scale of the policy's own clock. */
  readonly at: number;
  /** The name of the policy. */
  readonly policy: string;
  /** The number of the call in this process: the same on all events of one call. */
  readonly callId: number;
  /** The name of the method or operation, if given. */
  readonly operation?: string | undefined;
  /** The key that selects the circuit, if given. */
  readonly key?: string | undefined;
}
