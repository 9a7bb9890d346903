import { type IPolicy, NoopPolicy } from 'cockatiel';

/** A policy of cockatiel that counts how often it is entered. */
export interface RecordingPolicy extends IPolicy {
  entered: number;
}

/** Makes a policy that does nothing but count. */
export function recordingPolicy(): RecordingPolicy {
  return new CountingPolicy();
}

class CountingPolicy extends NoopPolicy implements RecordingPolicy {
  entered = 0;

  override execute: NoopPolicy['execute'] = (fn, signal) => {
    this.entered += 1;
    return super.execute(fn, signal);
  };
}
