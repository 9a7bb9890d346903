/** Whoever ends with a signal. */
export interface Abortable {
  /** The signal aborted. */
  handleEvent(): void;
}

/** All that end with one signal, behind one listener: at the eleventh Node warns of a leak. */
class Audience implements Abortable {
  readonly members: Set<Abortable> = new Set();

  handleEvent(): void {
    for (const member of this.members) member.handleEvent();
  }
}

const audiences: WeakMap<AbortSignal, Audience> = new WeakMap();

/** Tells `member` when the signal aborts, until {@link leaveSignal}. */
export function joinSignal(signal: AbortSignal, member: Abortable): void {
  let audience = audiences.get(signal);
  if (!audience) audiences.set(signal, (audience = new Audience()));
  if (audience.members.size === 0) signal.addEventListener('abort', audience);
  audience.members.add(member);
}

/** The last one to leave takes the listener off the signal. */
export function leaveSignal(signal: AbortSignal, member: Abortable): void {
  const audience = audiences.get(signal);
  if (audience?.members.delete(member) && audience.members.size === 0) {
    signal.removeEventListener('abort', audience);
  }
}
