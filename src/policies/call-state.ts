/** What a call is doing; in each state at most one timer runs. */
export type CallState =
  | 'new'
  | 'queued'
  | 'gated'
  | 'running'
  | 'backoff'
  | 'recovering'
  | 'resolving'
  | 'fallback'
  | 'over';
/** What the timer of a call is there for. */
export type TimerMeans = 'attempt' | 'deadline' | 'queue' | 'retry' | 'resolve' | 'fallback';
