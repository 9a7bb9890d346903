import type { Catalogue } from '../errors/catalogue.js';

/** What the caller of {@link toWeexError} knows about the request; all of it goes into `error.context`. */
export interface FailureContext {
  /** The verb. If it is given, the error says whether a write was executed. */
  readonly method?: string | undefined;
  /** The path, without query. */
  readonly path?: string | undefined;
  /** The HTTP status of the answer. */
  readonly status?: number | undefined;
  /** The name of the operation. */
  readonly operation?: string | undefined;
  /** Whether the request can change nothing. Default: by verb and path. It is not kept in the context. */
  readonly isRead?: boolean | undefined;
  /** The headers of the answer. They are not kept in the context. */
  readonly headers?: object | undefined;
  /** The table of codes. Default: by path. It is not kept in the context. */
  readonly catalogue?: Catalogue | undefined;
  readonly [fact: string]: unknown;
}
