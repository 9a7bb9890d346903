/**
 * Events to publish and methods to call that arise while a state changes. Both wait until the state is complete, and
 * run in the order in which they came: a listener that starts a call sees every slot that has been taken, and
 * receives no event before its cause.
 */
const pending: (() => void)[] = [];
let held = 0;
let isEmptying = false;

/** A change of state begins. Each one ends with {@link release}, whatever happens. */
export function hold(): void {
  held += 1;
}

/** The change is over: what waited for it goes out now. */
export function release(): void {
  held -= 1;
  if (held === 0 && pending.length > 0) empty();
}

/** Makes a change of state from beginning to end. */
export function asOne(change: () => void): void {
  hold();
  try {
    change();
  } finally {
    release();
  }
}

/** Calls a function that does not throw: now, or once the state is whole and what came before is out. */
export function whenWhole(send: () => void): void {
  pending.push(send);
  if (held === 0) empty();
}

/** Whether {@link whenWhole} would call at once. */
export function isWhole(): boolean {
  return held === 0 && !isEmptying;
}

function empty(): void {
  // A loop instead of recursion: each entry may release the next one, a thousand times over.
  if (isEmptying) return;
  isEmptying = true;
  try {
    for (let next = 0; next < pending.length; next += 1) pending[next]?.();
  } finally {
    pending.length = 0;
    isEmptying = false;
  }
}
