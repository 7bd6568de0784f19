import { PluralKitError } from './errors.js';
import { createClient } from './generated/client/index.js';
import { Operations } from './generated/sdk.gen.js';
import type { Switch } from './generated/types.gen.js';
import { patientFetch } from './limits.js';

export { PluralKitError } from './errors.js';
export type * from './generated/types.gen.js';

/** Your own server, as `pluralspec serve` starts it. */
export const LOCAL = 'http://127.0.0.1:8000/v2';
/** The reference service. */
export const PRODUCTION = 'https://api.pluralkit.me/v2';

export interface Settings {
  /** Where the API is; your own server unless you say otherwise. */
  baseUrl?: string;
  /** A system token, or an API key with `Bearer ` before it. Without one, you see what is public. */
  token?: string;
  /** The name of your application and a way to reach you. Browsers send their own. */
  userAgent?: string;
}

/** The API: a method for each operation. Failures are a `PluralKitError`; rate limits are waited for. */
export class PluralKit extends Operations {
  constructor({ baseUrl = LOCAL, token, userAgent = 'pluralspec-client/0.0.0 (TypeScript)' }: Settings = {}) {
    const client = createClient({
      auth: token,
      baseUrl,
      fetch: patientFetch,
      headers: { 'User-Agent': userAgent },
      responseStyle: 'data',
      throwOnError: true,
    });
    client.interceptors.error.use((error, response) =>
      // Without a response the network failed, and the error is the best there is.
      response ? PluralKitError.from(response.status, error) : error,
    );
    super({ client });
  }

  /** All switches of a system from the newest back, or those before an instant, however many there are. */
  async *switches(systemRef: string, before?: string): AsyncGenerator<Switch, void, undefined> {
    for (;;) {
      const page = await this.getSystemSwitches({ systemRef, limit: 100, ...(before && { before }) });
      yield* page;
      before = page.at(-1)?.timestamp;
      if (page.length < 100 || before === undefined) return;
    }
  }
}
