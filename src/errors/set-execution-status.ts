import type { ExecutionStatus, WEEXError } from '../errors/index.js';

/** Sets on an error what was found out after it was created. A frozen error is left unchanged. */
export function setExecutionStatus(error: WEEXError, value: ExecutionStatus): void {
  Reflect.defineProperty(error, 'executionStatus', { value, enumerable: true, configurable: true });
}
