import type { CodeTable } from './code-table.js';

const contract = 'WEEX V2 contract error codes, December 2025';
const spot = 'V2 spot error codes, as a client of that API lists them';
const notice = 'WEEX notice of common error codes, 2025-11-04';

const readAgain = 'Read the state before sending a write again: it may have been executed.';

/** The codes of V1 and V2, spot and contract. Paths that hold `/v1/` or `/v2/` of these APIs use this table. */
export const v2Codes: CodeTable = [
  {
    category: 'credentials',
    source: contract,
    rows: [
      [40001, 'The key header is missing', 'Send ACCESS-KEY.'],
      [40002, 'The signature header is missing', 'Send ACCESS-SIGN.'],
      [40006, 'The API key is invalid', 'Check the API key.'],
      [
        40009,
        'Verification failed: the signature is wrong',
        'Check the secret key and the text that is signed.',
      ],
      [40011, 'The passphrase header is missing', 'Send ACCESS-PASSPHRASE.'],
      [40012, 'The API key or the passphrase is wrong', 'Check both.'],
    ],
  },
  {
    category: 'clock',
    source: contract,
    rows: [
      [40003, 'The timestamp header is missing', 'Send ACCESS-TIMESTAMP.'],
      [40005, 'The timestamp is invalid', 'Send milliseconds, 13 digits.'],
      [40008, 'The timestamp is over 30 s off', 'Sign again, with the time of the server.'],
    ],
  },
  {
    category: 'account',
    source: contract,
    rows: [[40013, 'The account is frozen', 'Contact WEEX support.']],
  },
  {
    category: 'permission',
    source: contract,
    rows: [
      [
        40014,
        'The permissions of the key are insufficient or invalid',
        'Check the permissions of the API key.',
      ],
      [40018, 'The address of the caller is not allowed', 'Add it to the IP list of the key.'],
      [40022, 'Insufficient permission for this operation', 'Check the permissions of the API key.'],
      [40753, 'The API permission was disabled by risk control', 'Contact WEEX support.'],
      [50003, 'No permission to trade this pair', 'Trade a pair that the account may trade.'],
      [50004, 'No permission to use this API', 'Ask WEEX for access to this API.'],
    ],
  },
  {
    category: 'permission',
    source: notice,
    rows: [[40016, 'The account is not secured', 'Bind a phone or an authenticator to the account.']],
  },
  {
    category: 'request',
    source: contract,
    rows: [
      [40007, 'The content type is not JSON', 'Send Content-Type: application/json.'],
      [40017, 'A parameter failed validation', 'Correct the parameter that the message names.'],
      [40019, 'A parameter is empty', 'Set the parameter that the message names.'],
      [40020, 'A parameter is invalid', 'Correct the parameter that the message names.'],
    ],
  },
  {
    category: 'request',
    source: spot,
    rows: [
      [40102, 'The pair has no configuration', 'Use a symbol that the API lists.'],
      [40305, 'The client order id is too long or malformed', 'Use at most 36 plain characters.'],
      [40409, 'The format is wrong', 'Correct the parameter that the message names.'],
      [40704, 'History goes back only three months', 'Request a more recent period.'],
      [40707, 'The start time is after the end time', 'Send the earlier time first.'],
      [40724, 'A parameter is empty', 'Set the parameter that the message names.'],
      [40912, 'A batch cancel takes at most 50 orders', 'Split the batch.'],
      [40913, 'An order id or a client order id is required', 'Send one of them.'],
    ],
  },
  {
    category: 'not-found',
    source: contract,
    rows: [
      [50005, 'The order does not exist', 'Check the order id; after a cancel it may be filled or gone.'],
    ],
  },
  {
    category: 'not-found',
    source: spot,
    rows: [
      [43001, 'The order does not exist', 'Check the order id; after a cancel it may be filled or gone.'],
      [43004, 'There is no order to cancel', 'Look the order up: it may be filled or gone.'],
    ],
  },
  {
    category: 'limit',
    source: contract,
    rows: [[50007, 'The leverage is above the limit', 'Set a lower leverage.']],
  },
  {
    category: 'limit',
    source: spot,
    rows: [
      [43005, 'The quantity is above the maximum', 'Order less, or split the order.'],
      [43006, 'The amount is below the minimum', 'Order more.'],
      [43007, 'The amount is above the maximum', 'Order less, or split the order.'],
      [43009, 'The price is above the limit', 'Lower the price.'],
      [43010, 'The volume is below the minimum', 'Order more.'],
      [43011, 'The price is below the limit', 'Raise the price.'],
    ],
  },
  {
    category: 'refused',
    source: spot,
    rows: [[43002, 'The order could not be placed', 'Read the message; correct the order.']],
  },
  {
    category: 'rate-limit',
    source: contract,
    limitType: 'requests',
    rows: [[429, 'Too many requests', 'Send nothing until retryAfter has passed.']],
  },
  {
    category: 'system',
    source: contract,
    catchAll: true,
    rows: [[40015, 'System error: an internal failure, or a refusal that only the text explains', readAgain]],
  },
  {
    category: 'system',
    source: spot,
    rows: [[40725, 'A service behind the API returned an error', readAgain]],
  },
  {
    category: 'system',
    source: spot,
    service: 'maintenance',
    rows: [[40200, 'The server is being upgraded', 'Try again later.']],
  },
];
