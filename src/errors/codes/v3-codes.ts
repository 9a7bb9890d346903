import type { CodeTable } from './code-table.js';

const contract = 'WEEX V3 contract error codes, as of 2026-07-16';
const spot = 'WEEX V3 spot error codes';
const broker = 'WEEX broker API error codes';
const limits = 'WEEX V3 access restrictions, as of 2026-07-16';
const observed = 'observed in the answer of a V3 spot cancel';

const readAgain = 'Read the state before sending a write again: it may have been executed.';

/** The negative codes of V3, spot and contract, and the two failures that V3 reports without a number. */
export const v3Codes: CodeTable = [
  {
    category: 'credentials',
    source: contract,
    rows: [
      [-1040, 'ACCESS_KEY_EMPTY: the key header is missing', 'Send ACCESS-KEY.'],
      [-1041, 'ACCESS_SIGN_EMPTY: the signature header is missing', 'Send ACCESS-SIGN.'],
      [-1044, 'INVALID_ACCESS_KEY: the key is not known', 'Check the key; a new one takes about 15 minutes.'],
      [-1047, 'API_AUTH_ERROR: the signature is wrong', 'Check the secret key and the text that is signed.'],
      [-1049, 'API_KEY_OR_PASSPHRASE_INCORRECT', 'Check the API key and the passphrase.'],
    ],
  },
  {
    category: 'clock',
    source: contract,
    rows: [
      [-1042, 'ACCESS_TIMESTAMP_EMPTY: the timestamp header is missing', 'Send ACCESS-TIMESTAMP.'],
      [-1043, 'INVALID_ACCESS_TIMESTAMP: the timestamp is malformed', 'Send milliseconds, 13 digits.'],
      [-1046, 'ACCESS_TIMESTAMP_EXPIRED: over 30 s off', 'Sign again, with the time of the server.'],
    ],
  },
  {
    category: 'account',
    source: contract,
    rows: [
      [-1050, 'USER_STATUS_FORBIDDEN: the state of the account forbids it', 'Contact WEEX support.'],
      [-1057, 'USER_LOCKED: the account is locked', 'Contact WEEX support.'],
    ],
  },
  {
    category: 'permission',
    source: contract,
    rows: [
      [-1051, 'PERMISSION_DENIED', 'Check the permissions of the API key.'],
      [
        -1052,
        'INSUFFICIENT_PERMISSIONS',
        'Give the key the Spot or Futures right; check that the pair is open.',
      ],
      [-1053, 'PERMISSION_VALIDATION_FAILED', 'Check the permissions of the API key.'],
      [-1055, 'USER_AUTH_NOT_SAFE', 'Bind a phone or an authenticator to the account.'],
      [-1056, 'ILLEGAL_IP: the address of the caller is not allowed', 'Add it to the IP list of the key.'],
      [-1058, 'NO_PERMISSION_TRADE_PAIR', 'Trade a pair that the API supports.'],
      [-1190, 'FORBIDDEN_ACCESS', 'Contact WEEX support.'],
      [-3235, 'CONTRACT_NO_PERMISSION_TRADE_PAIR', 'Trade a contract that the account may trade.'],
      [-3236, 'CONTRACT_NO_PERMISSION_API', 'Ask WEEX for access to this API.'],
    ],
  },
  {
    category: 'permission',
    source: broker,
    rows: [[-4002, 'BROKER_NOT_BROKER_ACCOUNT', 'Use the key of a broker account.']],
  },
  {
    category: 'request',
    source: contract,
    rows: [
      [-1045, 'INVALID_CONTENT_TYPE', 'Send Content-Type: application/json.'],
      [-1115, 'INVALID_TIME_IN_FORCE', 'Use GTC, IOC, FOK or, on contracts, POST_ONLY.'],
      [-1116, 'INVALID_ORDER_TYPE', 'Use LIMIT or MARKET.'],
      [-1117, 'INVALID_SIDE', 'Use BUY or SELL.'],
      [-1121, 'INVALID_SYMBOL', 'Use a symbol of exchangeInfo, in capitals.'],
      [-1128, 'INVALID_PARAM_COMBINATION', 'Leave out the optional parameters that contradict each other.'],
      [-1135, 'INVALID_JSON', 'Send a body that is valid JSON.'],
      [-1140, 'PARAM_VALIDATE_ERROR', 'Correct the parameter that the message names.'],
      [-1141, 'PARAM_EMPTY', 'Set the parameter that the message names.'],
      [-1142, 'PARAM_ERROR', 'Correct the parameter that the message names; it may be an unknown symbol.'],
      [-1150, 'REQUEST_METHOD_NOT_SUPPORTED', 'Use the HTTP method that the endpoint documents.'],
      [-1160, 'DECIMAL_PRECISION_ERROR', 'Round to the step sizes of exchangeInfo.'],
      [-1170, 'QUERY_TIME_OUT_OF_RANGE', 'Request a shorter or more recent period.'],
      [-1171, 'START_TIME_AFTER_END_TIME', 'Send startTime before endTime.'],
      [-1180, 'CLIENT_OID_LENGTH_ERROR', 'Use a client order id of at most 36 plain characters.'],
    ],
  },
  {
    category: 'request',
    source: spot,
    rows: [[-2007, 'SPOT_SYMBOL_NOT_EXIST', 'Use a symbol of exchangeInfo, in capitals.']],
  },
  {
    category: 'not-found',
    source: spot,
    rows: [
      [-2200, 'SPOT_ORDER_NOT_EXIST', 'Check the order id; after a cancel the order may be filled or gone.'],
    ],
  },
  {
    category: 'not-found',
    source: contract,
    rows: [
      [-3200, 'CONTRACT_ORDER_NOT_EXIST', 'Check the order id; after a cancel it may be filled or gone.'],
    ],
  },
  {
    category: 'not-found',
    source: observed,
    rows: [
      ['FAILED_ORDER_NOT_FOUND', 'The order to cancel was not found', 'Look the order up: filled or gone.'],
    ],
  },
  {
    category: 'refused',
    source: contract,
    rows: [[-3006, 'CONTRACT_DOES_NOT_SUPPORT_CONTRACT_UNITS', 'Give the quantity in coins.']],
  },
  {
    category: 'limit',
    source: contract,
    rows: [
      [-3007, 'CONTRACT_MAX_ORDER_QUANTITY_EXCEEDED', 'Order less, or split the order.'],
      [-3201, 'CONTRACT_ORDER_QUANTITY_EXCEEDS_LIMIT', 'Order less, or cancel open orders first.'],
      [-3313, 'CONTRACT_LEVERAGE_ERROR: above the maximum', 'Set a lower leverage.'],
    ],
  },
  {
    category: 'rate-limit',
    source: limits,
    limitType: 'requests',
    rows: [
      ['HTTP_429', 'Rate limit exceeded; the ban lasts 10 s', 'Send nothing until retryAfter has passed.'],
    ],
  },
  {
    category: 'unknown',
    source: contract,
    catchAll: true,
    rows: [[-1000, 'UNKNOWN_ERROR: an unspecified failure', readAgain]],
  },
  {
    category: 'system',
    source: contract,
    catchAll: true,
    rows: [[-1054, 'SYSTEM_ERROR: an internal failure, or a refusal that only the text explains', readAgain]],
  },
  {
    category: 'system',
    source: contract,
    retry: false,
    executionStatus: 'not-executed',
    rows: [[-3613, 'CONTRACT_FATAL_TOKEN_NOT_SUPPORT', 'Use the margin coin that the symbol supports.']],
  },
  {
    category: 'system',
    source: broker,
    rows: [
      [-4000, 'Broker SYSTEM_ERROR', 'Try again later; if that fails, contact WEEX support.'],
      [-4001, 'Broker UNKNOWN_ERROR', 'Try again later.'],
    ],
  },
];
