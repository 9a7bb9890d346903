import { WEEXError, WEEXRateLimitError } from 'weex-resilience';
import { compare } from './harness.js';

// What a failure costs before anybody looks at it, against the cheapest error there is.
await compare({
  title: 'Making an error',
  baseline: 'Error',
  cases: {
    Error: () => new Error('Too many requests'),
    WEEXError: () => new WEEXError('Too many requests', { code: 40029 }),
    WEEXRateLimitError: () => new WEEXRateLimitError('Too many requests', { code: '40029', retryAfter: 10 }),
  },
});
