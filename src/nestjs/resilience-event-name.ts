import type { ResilienceEventType } from '../observability/events.js';

/** The name of an event on the `EventEmitter2` of an application. */
export type ResilienceEventName<Type extends ResilienceEventType = ResilienceEventType> =
  `resilience.${Type}`;

/**
 * Returns the name under which an event reaches `@OnEvent` of `@nestjs/event-emitter`.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import { OnEvent } from '@nestjs/event-emitter';
 * import type { ResilienceEventOf } from 'weex-resilience';
 * import { resilienceEventName } from 'weex-resilience/nestjs';
 *
 * @Injectable()
 * export class Alarms {
 *   @OnEvent(resilienceEventName('circuitOpened'))
 *   circuitOpened({ policy, halfOpenAfterMs }: ResilienceEventOf<'circuitOpened'>): void {
 *     console.log(`${policy}: circuit open, next trial in ${halfOpenAfterMs} ms`);
 *   }
 * }
 * ```
 */
export function resilienceEventName<Type extends ResilienceEventType>(type: Type): ResilienceEventName<Type> {
  return `resilience.${type}`;
}
