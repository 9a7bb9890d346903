/**
 * Calls back after a time, unless the function that it returns is called before. Where the event loop was busy
 * meanwhile, what came in by then is read first: timers run before sockets. With `mayEnd` it keeps no program alive.
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
