const assumed: WeakSet<object> = new WeakSet();

/** Marks that the exchange specified no time: the `retryAfter` of this error is the documented one. */
export function markAssumedWait(error: object): void {
  assumed.add(error);
}

/** Whether the `retryAfter` of an error is the documented value, because the exchange gave none. */
export function isAssumedWait(error: object): boolean {
  return assumed.has(error);
}
