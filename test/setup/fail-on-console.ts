import { afterEach, beforeEach, expect, vi } from 'vitest';

const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;

// A library that prints is a library that somebody has to silence: any console call fails the test.
beforeEach(() => {
  for (const method of methods) vi.spyOn(console, method).mockImplementation(() => {});
});

afterEach(() => {
  for (const method of methods) {
    const spy = vi.mocked(console[method]);
    const calls = spy.mock?.calls ?? [];
    spy.mockRestore?.();
    expect(calls, `console.${method} was called`).toEqual([]);
  }
});
