/** Collects uncaught errors and rejections of this process; returns a function that stops it. */
export function collectUncaught(failed: (error: unknown) => void): () => void {
  // A test runner would count a rejection as its own, so its listeners do not get it.
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', failed);
  // For errors thrown in microtasks. A domain or a debugger may have set a callback already.
  const captures = !process.hasUncaughtExceptionCaptureCallback();
  if (captures) process.setUncaughtExceptionCaptureCallback(failed);
  return () => {
    process.off('unhandledRejection', failed);
    for (const listener of others) process.on('unhandledRejection', listener);
    if (captures) process.setUncaughtExceptionCaptureCallback(null);
  };
}
