// What a search box means: a regular expression, any case, as TensorBoard's users know it; or a
// plain text, for names that are full of signs.

export interface Search {
  readonly matches: (text: string) => boolean;
  /** Why the expression is none; then everything matches. */
  readonly error: string | undefined;
}

const everything = () => true;

export function parseSearch(text: string, plain: boolean): Search {
  if (text === '') return { matches: everything, error: undefined };
  if (plain) {
    const wanted = text.toLowerCase();
    return { matches: (name) => name.toLowerCase().includes(wanted), error: undefined };
  }
  try {
    const expression = new RegExp(text, 'i');
    return { matches: (name) => expression.test(name), error: undefined };
  } catch (error) {
    return { matches: everything, error: reason(error) };
  }
}

/** The engine's own words, without the expression that the user sees anyway. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const why = message.slice(message.lastIndexOf(': ') + 2);
  return why ? `Not an expression yet: ${why.toLowerCase()}` : 'Not an expression yet';
}

/** As the server's `filter` parameter says it: a text, or an expression between slashes. */
export function toServerFilter(text: string, plain: boolean): string {
  if (text === '') return '';
  if (!plain) return `/${text}/`;
  const looksLikeExpression = text.length > 1 && text.startsWith('/') && text.endsWith('/');
  return looksLikeExpression ? `/${text.replace(/[/\\^$.*+?()[\]{}|]/g, '\\$&')}/` : text;
}

/**
 * How well `wanted` fits `text`, for the palette: its letters in order, better when they stand
 * together, begin words or stand early. Undefined when they do not.
 */
export function fitness(wanted: string, text: string): number | undefined {
  const letters = wanted.toLowerCase();
  const target = text.toLowerCase();
  const whole = target.indexOf(letters);
  if (whole >= 0)
    return 1000 - whole - target.length / 100 + (isWordStart(target, whole) ? 200 : 0);

  let score = 0;
  let at = -1;
  for (const letter of letters) {
    if (letter === ' ') continue;
    const next = target.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    if (next === at + 1) score += 8;
    else score -= Math.min(next - at, 10);
    if (isWordStart(target, next)) score += 10;
    at = next;
  }
  return score - target.length / 100;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[a-z0-9]/.test(text.charAt(at - 1));
}
