/** Runs a user's function and reports its end once, whether it throws, rejects or returns. */
export function runGuarded<Value>(
  fn: () => PromiseLike<Value> | Value,
  done: (value: Value) => void,
  failed: (error: unknown) => void,
): void {
  new Promise<Value>((resolve) => {
    resolve(fn());
  }).then(done, failed);
}
