/** The program was asked for something that it cannot do; it ends with status 2 and this message. */
export class UsageError extends Error {}
