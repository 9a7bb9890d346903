import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveBackoff } from '../../src/policies/retry/backoff.js';
import { resolveCircuit } from '../../src/policies/circuit-breaker/circuit.js';
import { RetryBudget } from '../../src/policies/retry/retry-budget.js';
import { defaultMaxRetries } from '../../src/policies/retry/next-step.js';

const page = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8');
const circuit = resolveCircuit({});
const backoffDefaults = resolveBackoff();
const budgetDefaults = new RetryBudget();

describe('docs/policies.md', () => {
  it.each([
    ['retry.maxRetries', defaultMaxRetries],
    ['retry.backoff.initialDelayMs', backoffDefaults.initialDelayMs],
    ['retry.backoff.maxDelayMs', backoffDefaults.maxDelayMs],
    ['retry.budget.ratio', budgetDefaults.ratio],
    ['retry.budget.minPerSecond', budgetDefaults.minPerSecond],
    ['circuitBreaker.failureRate', circuit.failureRate],
    ['circuitBreaker.windowMs', circuit.windowMs],
    ['circuitBreaker.minimumCalls', circuit.minimumCalls],
    ['circuitBreaker.halfOpenAfterMs', circuit.halfOpenAfterMs],
    ['circuitBreaker.halfOpenTrials', circuit.halfOpenTrials],
    ['circuitBreaker.maxKeys', circuit.maxKeys],
  ])('has the default of %s as in the code', (option, value) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${option}\``));
    expect(row?.split('|')[2]?.trim()).toMatch(
      new RegExp(`^${value.toLocaleString('en-US')}(?!\\d|[,.]\\d)`),
    );
  });
});
