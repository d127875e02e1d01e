// How the page asks the server. Addresses are relative, so that the page works below any prefix.

/** The server answered, and said no: the sentence is its own. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Nobody answered. */
export class Unreachable extends Error {
  constructor() {
    super('The server does not answer.');
    this.name = 'Unreachable';
  }
}

/** An address below the page's own folder, whatever the prefix it is served at. */
export function address(
  path: string,
  query: Readonly<Record<string, string | number>> = {},
): string {
  const found = new URL(path, document.baseURI);
  for (const [key, value] of Object.entries(query)) found.searchParams.set(key, String(value));
  return found.href;
}

async function request(href: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(href, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (!response.ok) {
    const sentence = (await response.text()).trim().slice(0, 500);
    throw new Refusal(response.status, sentence || `The server answered ${response.status}.`);
  }
  return response;
}

/** The caller vouches for the shape, which docs/api.md states. */
export async function getJson(href: string, signal: AbortSignal): Promise<unknown> {
  const response = await request(href, { signal, headers: { Accept: 'application/json' } });
  return (await response.json()) as unknown;
}

export async function postForBytes(
  href: string,
  body: unknown,
  accept: string,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  const response = await request(href, {
    method: 'POST',
    signal,
    headers: { Accept: accept, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.arrayBuffer();
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
