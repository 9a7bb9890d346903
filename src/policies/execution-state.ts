/** What an execution is doing; in each state at most one timer runs. */
export type ExecutionState =
  | 'new'
  | 'waiting'
  | 'running'
  | 'backoff'
  | 'recovering'
  | 'resolving'
  | 'fallback'
  | 'over';
