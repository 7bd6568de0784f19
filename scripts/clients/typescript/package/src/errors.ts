import type { FieldError } from './generated/types.gen.js';

/** Any answer that is no success. */
export class PluralKitError extends Error {
  override readonly name = 'PluralKitError';

  constructor(
    /** The HTTP status. */
    readonly status: number,
    /** Which error it is, as listed with each operation; 0 for what the status says by itself. */
    readonly code: number,
    message: string,
    /** With code 40001: each key at fault, and all that is wrong with it. */
    readonly errors: Readonly<Record<string, readonly FieldError[]>> = {},
  ) {
    super(message);
  }

  /** The error that a parsed body says; whoever stands between client and server may answer in other ways. */
  static from(status: number, body: unknown): PluralKitError {
    const { code = 0, message = `HTTP status ${status}`, errors } = (
      typeof body === 'object' && body !== null ? body : {}
    ) as Partial<PluralKitError>;
    return new PluralKitError(status, code, message, errors);
  }
}
