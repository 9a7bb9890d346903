import { randomBytes } from 'node:crypto';

let prefix: string | undefined;

/** What the ids of requests begin with that this process sends through an attached instance. */
export function requestIdPrefix(): string {
  return (prefix ??= `${randomBytes(6).toString('hex')}-`);
}
