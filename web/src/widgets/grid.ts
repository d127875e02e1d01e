// Where everything stands in a pane of sections and cards, so that only what is in sight has to be
// made. All heights are known beforehand: nothing shifts when data arrive.

export interface GridSection {
  readonly name: string;
  /** The cards' keys; empty when the section is closed. */
  readonly cards: readonly string[];
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type Placed = Box &
  (
    | { readonly kind: 'section'; readonly key: string; readonly index: number }
    | { readonly kind: 'card'; readonly key: string }
  );

export interface Grid {
  /** In reading order. */
  readonly placed: readonly Placed[];
  readonly height: number;
  readonly columns: number;
}

/** What `bind:this` gives of a CardGrid. */
export interface GridHandle {
  /** The card that has the focus. */
  readonly current: () => string | undefined;
  /** Moves the focus to the card `by` places further on. */
  readonly move: (by: number) => void;
  /** Scrolls to the card and gives it the focus. */
  readonly show: (key: string) => void;
}

export const sectionHeight = 34;
const gap = 10;
const minCardWidth = 330;
const maxColumns = 4;
const maxCardHeight = 520;

/** `width` is that of the pane less its padding. */
export function layOut(
  sections: readonly GridSection[],
  width: number,
  isWide: (key: string) => boolean,
): Grid {
  const columns = Math.max(
    1,
    Math.min(maxColumns, Math.floor((width + gap) / (minCardWidth + gap))),
  );
  const cardWidth = (width - gap * (columns - 1)) / columns;
  const cardHeight = Math.round(Math.min(340, Math.max(226, cardWidth * 0.6)));
  const wideHeight = Math.round(Math.min(maxCardHeight, Math.max(cardHeight, width * 0.4)));

  const placed: Placed[] = [];
  let top = 0;
  // Small sections share a row, each with its heading above its own cards.
  let column = 0;
  const endRow = () => {
    if (column > 0) top += sectionHeight + cardHeight + gap;
    column = 0;
  };
  sections.forEach(({ name, cards }, index) => {
    const isSmall = cards.length > 0 && cards.length < columns && !cards.some(isWide);
    if (!isSmall || column + cards.length > columns) endRow();
    const left = column * (cardWidth + gap);
    const span = isSmall ? cards.length * (cardWidth + gap) - gap : width;
    placed.push({
      kind: 'section',
      key: name,
      index,
      left,
      top,
      width: span,
      height: sectionHeight,
    });
    if (isSmall) {
      cards.forEach((key, i) => {
        const box = { left: left + i * (cardWidth + gap), top: top + sectionHeight };
        placed.push({ kind: 'card', key, ...box, width: cardWidth, height: cardHeight });
      });
      column += cards.length;
      return;
    }

    top += sectionHeight;
    let place = 0;
    for (const key of cards) {
      if (isWide(key)) {
        if (place > 0) top += cardHeight + gap;
        placed.push({ kind: 'card', key, left: 0, top, width, height: wideHeight });
        top += wideHeight + gap;
        place = 0;
      } else {
        const at = { left: place * (cardWidth + gap), top };
        placed.push({ kind: 'card', key, ...at, width: cardWidth, height: cardHeight });
        place = (place + 1) % columns;
        if (place === 0) top += cardHeight + gap;
      }
    }
    if (place > 0) top += cardHeight + gap;
  });
  endRow();
  return { placed, height: top, columns };
}

/** What reaches into the stretch from `from` to `to`. */
export function inSight(grid: Grid, from: number, to: number): readonly Placed[] {
  const { placed } = grid;
  // Tops grow, but for headings of sections that share a row, and no box is taller than the
  // tallest: start far enough above, end far enough below.
  const start = from - maxCardHeight - sectionHeight;
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placed[middle]?.top ?? Infinity) < start) low = middle + 1;
    else high = middle;
  }
  const found: Placed[] = [];
  for (let i = low; i < placed.length; ++i) {
    const one = placed[i];
    if (!one || one.top >= to + sectionHeight) break;
    if (one.top < to && one.top + one.height > from) found.push(one);
  }
  return found;
}
