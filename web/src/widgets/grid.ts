// Where everything stands in a pane of sections and cards, so that only what is in sight has to be
// made. All heights are known beforehand: nothing shifts when data arrive.

export interface GridSection {
  readonly name: string;
  /** How many cards it shows; 0 when it is closed. */
  readonly cards: number;
  /** Which of them are as wide as the pane, ascending. */
  readonly wide: readonly number[];
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A heading, or the card at a place of a section. */
export type Placed = Box &
  (
    | { readonly kind: 'section'; readonly section: number }
    | { readonly kind: 'card'; readonly section: number; readonly place: number }
  );

/** Cards of a section that stand in rows of the same kind. */
interface Stretch {
  readonly first: number;
  readonly count: number;
  readonly isWide: boolean;
  readonly left: number;
  readonly top: number;
}

interface Laid extends Box {
  readonly stretches: readonly Stretch[];
  /** Where its cards end. */
  readonly bottom: number;
}

export interface Grid {
  readonly sections: readonly Laid[];
  readonly height: number;
  readonly columns: number;
  readonly card: { readonly width: number; readonly height: number };
  readonly wide: { readonly width: number; readonly height: number };
}

/** What `bind:this` gives of a CardGrid. */
export interface GridHandle {
  /** The card that has the focus. */
  readonly current: () => string | undefined;
  /** Moves the focus to the card `by` places further on. */
  readonly move: (by: number) => void;
  /** Scrolls to the card at this place and gives it the focus. */
  readonly show: (section: number, place: number) => void;
}

export const sectionHeight = 34;
const gap = 10;
const minCardWidth = 330;
const maxColumns = 4;
const maxCardHeight = 520;

/** `width` is that of the pane less its padding. */
export function layOut(sections: readonly GridSection[], width: number): Grid {
  const columns = Math.max(
    1,
    Math.min(maxColumns, Math.floor((width + gap) / (minCardWidth + gap))),
  );
  const cardWidth = (width - gap * (columns - 1)) / columns;
  const cardHeight = Math.round(Math.min(340, Math.max(226, cardWidth * 0.6)));
  const wideHeight = Math.round(Math.min(maxCardHeight, Math.max(cardHeight, width * 0.4)));

  const laid: Laid[] = [];
  let top = 0;
  // Small sections share a row, each with its heading above its own cards.
  let column = 0;
  const endRow = () => {
    if (column > 0) top += sectionHeight + cardHeight + gap;
    column = 0;
  };
  for (const { cards, wide } of sections) {
    const isSmall = cards > 0 && cards < columns && wide.length === 0;
    if (!isSmall || column + cards > columns) endRow();
    const left = column * (cardWidth + gap);
    const heading = { left, top, height: sectionHeight };
    if (isSmall) {
      const stretch = { first: 0, count: cards, isWide: false, left, top: top + sectionHeight };
      const bottom = stretch.top + cardHeight;
      const span = cards * (cardWidth + gap) - gap;
      laid.push({ ...heading, width: span, stretches: [stretch], bottom });
      column += cards;
      continue;
    }
    top += sectionHeight;
    const stretches: Stretch[] = [];
    const add = (first: number, count: number, isWide: boolean) => {
      if (count === 0) return;
      stretches.push({ first, count, isWide, left: 0, top });
      top += isWide ? wideHeight + gap : Math.ceil(count / columns) * (cardHeight + gap);
    };
    let next = 0;
    for (const place of wide) {
      add(next, place - next, false);
      add(place, 1, true);
      next = place + 1;
    }
    add(next, Math.max(0, cards - next), false);
    laid.push({ ...heading, width, stretches, bottom: top });
  }
  endRow();
  return {
    sections: laid,
    height: top,
    columns,
    card: { width: cardWidth, height: cardHeight },
    wide: { width, height: wideHeight },
  };
}

function boxIn(grid: Grid, stretch: Stretch, index: number): Box {
  if (stretch.isWide) return { left: 0, top: stretch.top, ...grid.wide };
  const { width, height } = grid.card;
  const left = stretch.left + (index % grid.columns) * (width + gap);
  const top = stretch.top + Math.floor(index / grid.columns) * (height + gap);
  return { left, top, width, height };
}

/** Where the card at this place of a section stands. */
export function boxOf(grid: Grid, section: number, place: number): Box | undefined {
  const stretch = grid.sections[section]?.stretches.find(
    ({ first, count }) => first <= place && place < first + count,
  );
  return stretch && boxIn(grid, stretch, place - stretch.first);
}

/** What reaches into the stretch from `from` to `to`, in reading order. */
export function inSight(grid: Grid, from: number, to: number): readonly Placed[] {
  const isIn = ({ top, height }: Box) => top < to && top + height > from;
  const found: Placed[] = [];
  grid.sections.forEach(({ stretches, bottom, ...heading }, section) => {
    if (heading.top >= to || bottom <= from) return;
    if (isIn(heading)) found.push({ ...heading, kind: 'section', section });
    for (const stretch of stretches) {
      const rowHeight = (stretch.isWide ? grid.wide : grid.card).height + gap;
      const columns = stretch.isWide ? 1 : grid.columns;
      const firstRow = Math.max(0, Math.floor((from - stretch.top) / rowHeight));
      const lastRow = Math.floor((to - stretch.top) / rowHeight);
      const end = Math.min(stretch.count, (lastRow + 1) * columns);
      for (let i = firstRow * columns; i < end; ++i) {
        const box = boxIn(grid, stretch, i);
        if (isIn(box)) found.push({ ...box, kind: 'card', section, place: stretch.first + i });
      }
    }
  });
  return found;
}
