import { randomBytes } from 'node:crypto';

let prefix: string | undefined;

/** The prefix of the ids of requests that this process sends through an attached instance. */
export function requestIdPrefix(): string {
  return (prefix ??= `${randomBytes(6).toString('hex')}-`);
}
