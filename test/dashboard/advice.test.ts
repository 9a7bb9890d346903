import { describe, expect, it } from 'vitest';
import { adviceOn } from '../../src/dashboard/advice.js';
import { WEEXSystemError } from '../../src/index.js';

describe('the advice for an ambiguous code', () => {
  it.each([-1054, 40_015])('comes from the table only while nothing more is known: %i', (code) => {
    const context = { path: code < 0 ? '/api/v3/order' : '/capi/v2/order/placeOrder' };
    const refused = new WEEXSystemError('too large', { code, context, executionStatus: 'not-executed' });
    expect(adviceOn(refused)).toMatch(/^It was not executed/);
    const doubtful = new WEEXSystemError('down', { code, context, executionStatus: 'unknown' });
    expect(adviceOn(doubtful)).toContain('may have been executed');
  });
});
