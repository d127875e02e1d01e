// How the cards are drawn, as the address says it; what is not said is the default.
import {
  noLimits,
  type ChartSettings,
  type Limits,
  type Range,
  type ScaleKind,
  type TooltipSort,
  type View,
  type XAxis,
} from '$web/charts/types';
import { encodeText } from '$web/url';
import { url } from '$web/url.svelte';
import { parseSearch } from '$web/widgets/search';
import {
  formatLimits,
  formatScales,
  formatStretch,
  formatZooms,
  parseLimits,
  parseScales,
  parseStretch,
  parseZooms,
  scaleKind,
  type Attempts,
  type Scales,
} from './model';

export interface Focusable {
  readonly focus: () => void;
}

/** What the keyboard can reach in the toolbar. */
export interface ToolbarHandle {
  readonly focusFilter: () => void;
  readonly focusSmoothing: () => void;
}

export const defaultSmoothing = 0.6;
export const maxSmoothing = 0.999;

const axes: readonly XAxis[] = ['step', 'relative', 'wall'];
const sorts: readonly TooltipSort[] = ['default', 'nearest', 'descending', 'ascending'];

function oneOf<T extends string>(value: string | undefined, known: readonly T[], usual: T): T {
  return known.find((one) => one === value) ?? usual;
}

function smoothingOf(value: string | undefined): number {
  const weight = Number(value ?? NaN);
  return Number.isFinite(weight) ? Math.min(maxSmoothing, Math.max(0, weight)) : defaultSmoothing;
}

/** To be made while a component is. */
export function createSettings() {
  const axis = $derived(oneOf(url.get('x'), axes, 'step'));
  const scaleX = $derived(scaleKind(url.get('scale-x')) ?? 'linear');
  const scaleY = $derived(scaleKind(url.get('y')) ?? 'linear');
  const smoothing = $derived(smoothingOf(url.get('smooth')));
  const ignoreOutliers = $derived(url.get('outliers') === 'ignore');
  const sort = $derived(oneOf(url.get('sort'), sorts, 'default'));
  const attempts = $derived(oneOf<Attempts>(url.get('attempts'), ['latest', 'all'], 'latest'));

  const filter = $derived(url.text('tags'));
  const isPlain = $derived(url.list('plain').includes('tags'));
  const search = $derived(parseSearch(filter, isPlain));

  const closed = $derived(url.list('closed'));
  const wide = $derived(url.list('wide'));
  const scalesText = $derived(url.get('scale'));
  const scales = $derived(parseScales(scalesText));
  const limitsText = $derived(url.get('range'));
  const limits = $derived(parseLimits(limitsText));
  const zoomText = $derived(url.get('zoom'));
  const zooms = $derived(parseZooms(zoomText));
  const isLinked = $derived(url.get('link') === 'x');
  const stretchText = $derived(url.get('zoom-x'));
  const stretch = $derived(parseStretch(stretchText));
  // Where a hand is moving the x that all cards share, before it rests.
  let moving = $state.raw<Range | null | undefined>();
  const full = $derived(url.get('full') === undefined ? undefined : url.text('full'));

  function scaleXOf(tag: string): ScaleKind {
    return scales.get(tag)?.x ?? scaleX;
  }

  function scaleYOf(tag: string): ScaleKind {
    return scales.get(tag)?.y ?? scaleY;
  }

  function setScales(tag: string, { x, y }: Scales): void {
    // As the toolbar says is not said again.
    const own = { x: x === scaleX ? undefined : x, y: y === scaleY ? undefined : y };
    url.set({ scale: formatScales([...scales, [tag, own]]) });
  }

  function setScaleY(tag: string, kind: ScaleKind): void {
    setScales(tag, { x: scales.get(tag)?.x, y: kind });
  }

  return {
    get axis() {
      return axis;
    },
    set axis(next: XAxis) {
      // A stretch of steps means nothing as a stretch of time.
      const range = formatLimits(
        Array.from(limits, ([tag, { y }]) => [tag, { x: noLimits.x, y }] as const),
      );
      url.set({
        x: next === 'step' ? undefined : next,
        zoom: undefined,
        'zoom-x': undefined,
        range,
      });
    },
    get scaleX() {
      return scaleX;
    },
    set scaleX(next: ScaleKind) {
      const scale = formatScales(
        Array.from(scales, ([tag, { y }]) => [tag, { x: undefined, y }] as const),
      );
      url.set({ 'scale-x': next === 'linear' ? undefined : next, scale });
    },
    get scaleY() {
      return scaleY;
    },
    set scaleY(next: ScaleKind) {
      const scale = formatScales(
        Array.from(scales, ([tag, { x }]) => [tag, { x, y: undefined }] as const),
      );
      url.set({ y: next === 'linear' ? undefined : next, scale });
    },
    get smoothing() {
      return smoothing;
    },
    set smoothing(next: number) {
      url.set({ smooth: next === defaultSmoothing ? undefined : String(next) }, 'smooth');
    },
    get ignoreOutliers() {
      return ignoreOutliers;
    },
    set ignoreOutliers(next: boolean) {
      url.set({ outliers: next ? 'ignore' : undefined });
    },
    get sort() {
      return sort;
    },
    set sort(next: TooltipSort) {
      url.set({ sort: next === 'default' ? undefined : next });
    },
    get attempts() {
      return attempts;
    },
    set attempts(next: Attempts) {
      url.set({ attempts: next === 'latest' ? undefined : next });
    },
    get filter() {
      return filter;
    },
    set filter(text: string) {
      url.set({ tags: text === '' ? undefined : encodeText(text) }, 'tags');
    },
    get search() {
      return search;
    },
    get isPlain() {
      return isPlain;
    },
    togglePlain: () => {
      url.toggleIn('plain', 'tags');
    },
    isClosed: (section: string) => closed.includes(section),
    toggleSection: (section: string) => {
      url.toggleIn('closed', section);
    },
    /** Whether any card is to be as wide as the pane. */
    get hasWide() {
      return wide.length > 0;
    },
    isWide: (tag: string) => wide.includes(tag),
    toggleWide: (tag: string) => {
      url.toggleIn('wide', tag);
    },
    scaleXOf,
    scaleYOf,
    setScaleX: (tag: string, kind: ScaleKind) => {
      setScales(tag, { x: kind, y: scales.get(tag)?.y });
    },
    setScaleY,
    toggleLog: (tag: string) => {
      setScaleY(tag, scaleYOf(tag) === 'log' ? 'linear' : 'log');
    },
    limitsOf: (tag: string) => limits.get(tag) ?? noLimits,
    /** A new range is also the end of a zoom of that axis, which would hide it. */
    setLimits: (tag: string, next: Limits) => {
      const last = limits.get(tag) ?? noLimits;
      const own = zooms.get(tag);
      const x = next.x === last.x ? (own?.x ?? null) : null;
      const y = next.y === last.y ? (own?.y ?? null) : null;
      url.set({
        range: formatLimits([...limits, [tag, next]]),
        zoom: formatZooms([...zooms, [tag, { x, y }]]),
        ...(next.x === last.x ? {} : { 'zoom-x': undefined }),
      });
    },
    /** Whether anything about the axes of a card was chosen by hand. */
    hasOwnAxes: (tag: string) => limits.has(tag) || scales.has(tag),
    resetAxes: (tag: string) => {
      url.set({
        range: formatLimits([...limits].filter(([one]) => one !== tag)),
        scale: formatScales([...scales].filter(([one]) => one !== tag)),
        zoom: formatZooms([...zooms].filter(([one]) => one !== tag)),
      });
    },
    get full() {
      return full;
    },
    set full(tag: string | undefined) {
      url.set({ full: tag === undefined ? undefined : encodeText(tag) });
    },
    /** Whether all cards zoom together. */
    get isLinked() {
      return isLinked;
    },
    /** What a card is zoomed to that has the x axis `at`; others than the usual one go alone. */
    zoomOf: (tag: string, at: XAxis) => {
      const own = zooms.get(tag);
      return isLinked && at === axis ? { x: stretch, y: own?.y ?? null } : own;
    },
    zoom: (tag: string, at: XAxis, view: View) => {
      moving = undefined;
      if (!isLinked || at !== axis) {
        url.set({ zoom: formatZooms([...zooms, [tag, view]]) });
        return;
      }
      const zoom = formatZooms([...zooms, [tag, { x: null, y: view.y }]]);
      url.set({ zoom, 'zoom-x': formatStretch(view.x) });
    },
    /** Undefined: no hand is moving it. */
    movingX: (at: XAxis) => (isLinked && at === axis ? moving : undefined),
    /** A hand is on one card: the others follow while it moves. */
    move: (at: XAxis, view: View) => {
      if (isLinked && at === axis) moving = view.x;
    },
    /** What one card is zoomed to, all are from now on; apart again, each shows its whole. */
    toggleLinked: () => {
      const last = [...zooms.values()].findLast(({ x }) => x !== null);
      const apart = formatZooms(
        Array.from(zooms, ([tag, { y }]) => [tag, { x: null, y }] as const),
      );
      url.set({
        link: isLinked ? undefined : 'x',
        zoom: apart,
        'zoom-x': isLinked ? undefined : formatStretch(last?.x ?? null),
      });
    },
    chart: (tag: string, at: XAxis): ChartSettings => ({
      xAxis: at,
      scaleX: scaleXOf(tag),
      scaleY: scaleYOf(tag),
      ignoreOutliers,
      tooltipSort: sort,
    }),
  };
}

export type ScalarsSettings = ReturnType<typeof createSettings>;
