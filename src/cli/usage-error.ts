/** The program was used wrongly; it ends with status 2 and this message. */
export class UsageError extends Error {}
