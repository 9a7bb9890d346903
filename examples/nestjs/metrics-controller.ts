import { Controller, Get, Header } from '@nestjs/common';
import type { ErrorTracker, PolicyRegistry } from 'weex-resilience';
import { InjectErrorTracker, InjectRegistry } from 'weex-resilience/nestjs';

/** `GET /metrics`: errors by type and the state of each policy, in the text format of Prometheus. */
@Controller('metrics')
export class MetricsController {
  constructor(
    @InjectRegistry() private readonly registry: PolicyRegistry,
    @InjectErrorTracker() private readonly tracker: ErrorTracker,
  ) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4')
  read(): string {
    const errors = Object.entries(this.tracker.summary().errorTypes).map(
      ([type, count]) => `weex_errors_total{type="${type}"} ${count}`,
    );
    const policies = this.registry.policies().flatMap((policy) => {
      const { name, bulkhead, circuitBreaker } = policy.snapshot();
      const isOpen = circuitBreaker?.common.state === 'open' ? 1 : 0;
      return [
        `weex_calls_running{policy="${name}"} ${bulkhead?.running ?? 0}`,
        `weex_calls_waiting{policy="${name}"} ${bulkhead?.waiting ?? 0}`,
        `weex_circuit_open{policy="${name}"} ${isOpen}`,
      ];
    });
    return `${[...errors, ...policies].join('\n')}\n`;
  }
}
