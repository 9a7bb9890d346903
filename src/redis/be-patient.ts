/**
 * Calls `onLate` after a time, unless the returned function is called first. If the event loop was busy meanwhile,
 * what arrived by then is read first: timers run before sockets. With `mayEnd` the timer does not keep the program
 * alive.
 */
export function bePatient(ms: number, onLate: () => void, mayEnd = false): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(() => (immediate = setImmediate(onLate)));
  }, ms);
  if (mayEnd) timer.unref();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
