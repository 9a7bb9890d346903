/** Something that ends with a signal. */
export interface Abortable {
  /** Called when the signal aborts. */
  handleEvent(): void;
}

/** Everything that ends with one signal, behind a single listener: Node warns of a leak at the eleventh. */
class Audience implements Abortable {
  readonly members: Set<Abortable> = new Set();

  handleEvent(): void {
    for (const member of this.members) member.handleEvent();
  }
}

const audiences: WeakMap<AbortSignal, Audience> = new WeakMap();

/** Notifies `member` when the signal aborts, until {@link leaveSignal}. */
export function joinSignal(signal: AbortSignal, member: Abortable): void {
  let audience = audiences.get(signal);
  if (!audience) audiences.set(signal, (audience = new Audience()));
  if (audience.members.size === 0) signal.addEventListener('abort', audience);
  audience.members.add(member);
}

/** Removes a member; when the last one leaves, the listener is removed from the signal. */
export function leaveSignal(signal: AbortSignal, member: Abortable): void {
  const audience = audiences.get(signal);
  if (audience?.members.delete(member) && audience.members.size === 0) {
    signal.removeEventListener('abort', audience);
  }
}
