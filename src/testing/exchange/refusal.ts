/** A refusal of the exchange: an HTTP status, a code and a text. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A refusal of the matching service: a system error under HTTP 500, with its reason only in the text. */
export function refusedByMatching(reason: string): Refusal {
  return new Refusal(500, -1054, reason);
}

/** A required parameter is missing. */
export function missingParameter(name: string): Refusal {
  return new Refusal(400, -1141, `Parameter '${name}' cannot be empty.`);
}

/** A parameter of public data has a value that is not allowed, such as an unknown symbol. */
export function invalidParameter(name: string): Refusal {
  return new Refusal(400, -1142, `Parameter '${name}' is invalid.`);
}

/** A parameter has a value that is not allowed. */
export function badParameter(message: string): Refusal {
  return new Refusal(400, -1140, message);
}
