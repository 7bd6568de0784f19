const ATTEMPTS = 10;

/** `fetch` that waits for as long as the server says, and asks again, when there were too many requests. */
export async function patientFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(request.clone());
    if (response.status !== 429 || attempt === ATTEMPTS) return response;
    await sleep(await milliseconds(response), request.signal);
  }
}

/** How long to wait: `Retry-After` is in seconds, `retry_after` in the body in milliseconds. */
async function milliseconds(response: Response): Promise<number> {
  const body = (await response.json().catch(() => null)) as { retry_after?: number } | null;
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : (body?.retry_after ?? 1000);
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
