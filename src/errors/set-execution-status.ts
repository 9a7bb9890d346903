import type { ExecutionStatus, WEEXError } from '../errors/index.js';

/** Writes on an error what has been found out since it was made. A frozen one stays as it is. */
export function setExecutionStatus(error: WEEXError, value: ExecutionStatus): void {
  Reflect.defineProperty(error, 'executionStatus', { value, enumerable: true, configurable: true });
}
