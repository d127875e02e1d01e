// What the user can do, gathered from the shell and the dashboard that is open. The keyboard, the
// palette and the help sheet all read it here.
import type { Action, ActionSearch } from '../plugin';

export class Actions {
  #offers: readonly (() => readonly Action[])[] = [];
  #searches: readonly ActionSearch[] = [];

  offer(actions: () => readonly Action[]): () => void {
    this.#offers = [...this.#offers, actions];
    return () => {
      this.#offers = this.#offers.filter((other) => other !== actions);
    };
  }

  offerSearch(search: ActionSearch): () => void {
    this.#searches = [...this.#searches, search];
    return () => {
      this.#searches = this.#searches.filter((other) => other !== search);
    };
  }

  /** What is not in `all`, because there is too much of it. */
  async search(text: string, signal: AbortSignal): Promise<readonly Action[]> {
    const found = await Promise.all(this.#searches.map((search) => search(text, signal)));
    return found.flat();
  }

  all(): readonly Action[] {
    return this.#offers.flatMap((actions) => actions());
  }

  /**
   * Does what the pressed key means; keys in text fields and with modifiers mean something else.
   */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && isMeantFor(event.target, event.key)) return;
    const action = this.all().find(({ key }) => key === event.key);
    if (!action) return;
    event.preventDefault();
    action.run();
  }
}

/** Whether what has the focus makes its own sense of the key. */
function isMeantFor(target: Element, key: string): boolean {
  if (target.closest('[contenteditable], textarea, select, dialog, [popover]')) return true;
  if (key === 'Enter') return target.closest('button, a, input') !== null;
  const input = target.closest('input');
  return input !== null && !['checkbox', 'radio', 'range', 'button'].includes(input.type);
}
