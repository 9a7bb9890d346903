/** Causes are followed no further than this. */
const longestChain = 8;

/** Yields an error and its causes, outermost first. Reading them may throw, since anything can be thrown. */
export function* causeChain(error: unknown): Generator {
  let link = error;
  for (let depth = 0; depth < longestChain; depth += 1) {
    yield link;
    if (!(link instanceof Error)) return;
    link = link.cause;
  }
}
