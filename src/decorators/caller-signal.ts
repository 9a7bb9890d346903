/** The signal passed by the caller: the last argument, or the `signal` property of the last argument. */
export function callerSignal(args: readonly unknown[]): AbortSignal | undefined {
  const last = args[args.length - 1];
  if (typeof last !== 'object' || last === null) return undefined;
  if (isAbortSignal(last)) return last;
  const { signal } = last as { readonly signal?: unknown };
  return isAbortSignal(signal) ? signal : undefined;
}

// Checked by shape: a signal may come from another realm or from a polyfill.
function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as AbortSignal).aborted === 'boolean' &&
    typeof (value as AbortSignal).addEventListener === 'function'
  );
}
