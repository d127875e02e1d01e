// How the cards are drawn, as the address says it; what is not said is the default.
import type { ChartSettings, TooltipSort, View, XAxis } from '$web/charts/types';
import { encodeText } from '$web/url';
import { url } from '$web/url.svelte';
import { parseSearch } from '$web/widgets/search';
import { formatZooms, parseZooms, type Attempts } from './model';

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
  const isLog = $derived(url.get('y') === 'log');
  const smoothing = $derived(smoothingOf(url.get('smooth')));
  const ignoreOutliers = $derived(url.get('outliers') === 'ignore');
  const sort = $derived(oneOf(url.get('sort'), sorts, 'default'));
  const attempts = $derived(oneOf<Attempts>(url.get('attempts'), ['latest', 'all'], 'latest'));

  const filter = $derived(url.text('tags'));
  const isPlain = $derived(url.list('plain').includes('tags'));
  const search = $derived(parseSearch(filter, isPlain));

  const closed = $derived(url.list('closed'));
  const wide = $derived(url.list('wide'));
  // Cards whose y axis is not as the toolbar says.
  const otherLog = $derived(url.list('log'));
  const zoomText = $derived(url.get('zoom'));
  const zooms = $derived(parseZooms(zoomText));
  const full = $derived(url.get('full') === undefined ? undefined : url.text('full'));

  return {
    get axis() {
      return axis;
    },
    set axis(next: XAxis) {
      // A stretch of steps means nothing as a stretch of time.
      url.set({ x: next === 'step' ? undefined : next, zoom: undefined });
    },
    get isLog() {
      return isLog;
    },
    set isLog(next: boolean) {
      url.set({ y: next ? 'log' : undefined, log: undefined });
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
    isLogFor: (tag: string) => otherLog.includes(tag) !== isLog,
    toggleLog: (tag: string) => {
      url.toggleIn('log', tag);
    },
    get full() {
      return full;
    },
    set full(tag: string | undefined) {
      url.set({ full: tag === undefined ? undefined : encodeText(tag) });
    },
    zoomOf: (tag: string) => zooms.get(tag),
    zoom: (tag: string, view: View) => {
      url.set({ zoom: formatZooms([...zooms, [tag, view]]) });
    },
    chart: (tag: string, at: XAxis): ChartSettings => ({
      xAxis: at,
      logY: otherLog.includes(tag) !== isLog,
      ignoreOutliers,
      tooltipSort: sort,
    }),
  };
}

export type ScalarsSettings = ReturnType<typeof createSettings>;
