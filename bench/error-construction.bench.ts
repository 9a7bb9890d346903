import { WEEXError, WEEXRateLimitError } from 'weex-resilience';
import { compare } from './harness.js';

// What creating an error costs before anything reads it, compared with a plain Error.
await compare({
  title: 'Creating an error',
  baseline: 'Error',
  cases: {
    Error: () => new Error('Too many requests'),
    WEEXError: () => new WEEXError('Too many requests', { code: 40029 }),
    WEEXRateLimitError: () => new WEEXRateLimitError('Too many requests', { code: '40029', retryAfter: 10 }),
  },
});
