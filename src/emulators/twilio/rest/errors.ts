/** A refusal as the REST API writes it. Source: Twilio's Error and Warning Dictionary; texts are its, shortened. */
export interface RestError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export function restError(status: number, code: number, message: string): RestError {
  return { status, code, message };
}

/** The JSON body of an error answer. */
export function errorBody(error: RestError): unknown {
  return {
    code: error.code,
    message: error.message,
    more_info: `https://www.twilio.com/docs/errors/${error.code}`,
    status: error.status,
  };
}

export const AUTHENTICATE = restError(401, 20003, 'Authenticate');

export const TOO_MANY_REQUESTS = restError(429, 20429, 'Too Many Requests');

/** Code 20404. */
export function notFound(path: string): RestError {
  return restError(404, 20404, `The requested resource ${path} was not found`);
}

/** Code 21220. */
export function invalidCallState(message: string): RestError {
  return restError(400, 21220, message);
}
