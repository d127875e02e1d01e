// What a line chart is given and what it gives back. Charts get their data as props; they know no
// API, no URL and no store.

/**
 * One series. All arrays have the same length and stand in reading order; they are never changed.
 */
export interface Line {
  /** The identity that highlights go by: the run's name. Unique within a chart. */
  readonly key: string;
  /** What tooltip and legend show. */
  readonly label: string;
  /** A colour literal as canvas understands it (no `var()`). */
  readonly color: string;
  /**
   * In the unit of the x axis: step, seconds since the series began, or seconds since the epoch.
   * Need not be sorted.
   */
  readonly x: Float64Array;
  /** What is drawn strong: the smoothed values when smoothing is on, else the values. */
  readonly y: Float64Array;
  /** The unsmoothed values, drawn faintly behind; null when `y` holds them already. */
  readonly raw: Float64Array | null;
  readonly steps: BigInt64Array | Float64Array;
  /** Seconds since the epoch. */
  readonly wallTimes: Float64Array;
  /** Wall time of the first point of the whole series, from which relative time counts. */
  readonly start: number;
  /**
   * How many points the whole series has, before thinning; by default `x.length`. For the summary
   * only.
   */
  readonly count?: number;
  /** A dash pattern, as a second channel beside colour. */
  readonly dashed?: boolean;
}

export type XAxis = 'step' | 'relative' | 'wall';
/** How values are spread along an axis; `symlog` is logarithmic on both sides of zero. */
export type ScaleKind = 'linear' | 'log' | 'symlog';
export type TooltipSort = 'default' | 'descending' | 'ascending' | 'nearest';

export interface ChartSettings {
  readonly xAxis: XAxis;
  /** On the wall axis, x is linear whatever this says. */
  readonly scaleX: ScaleKind;
  readonly scaleY: ScaleKind;
  /** Fits the y axis to the 5th to 95th percentile of what is drawn strong, as TensorBoard does. */
  readonly ignoreOutliers: boolean;
  readonly tooltipSort: TooltipSort;
}

export const defaultSettings: ChartSettings = {
  xAxis: 'step',
  scaleX: 'linear',
  scaleY: 'linear',
  ignoreOutliers: false,
  tooltipSort: 'default',
};

/** How x is spread: the logarithm of a date says nothing. */
export function kindOfX({ xAxis, scaleX }: ChartSettings): ScaleKind {
  return xAxis === 'wall' ? 'linear' : scaleX;
}

export type Range = readonly [low: number, high: number];

/** What the user has zoomed to; null fits the data. With only x given, y fits what x shows. */
export interface View {
  readonly x: Range | null;
  readonly y: Range | null;
}

export const wholeView: View = { x: null, y: null };

/** One end of an axis or both, chosen by hand; null fits the data. */
export type Ends = readonly [low: number | null, high: number | null];

/** Where the axes end when nothing is zoomed. */
export interface Limits {
  readonly x: Ends;
  readonly y: Ends;
}

export function isLimited([low, high]: Ends): boolean {
  return low !== null || high !== null;
}

export const noLimits: Limits = { x: [null, null], y: [null, null] };

/** The size of the plotting area. Ask the engine for `devicePixels` columns. */
export interface PlotSize {
  readonly width: number;
  readonly height: number;
  readonly devicePixels: number;
}

export interface LineChartProps {
  /** The tag: for the summary and the exports. It is not drawn on the card. */
  readonly title: string;
  readonly lines: readonly Line[];
  readonly settings?: ChartSettings;
  readonly view?: View;
  readonly limits?: Limits;
  /**
   * What x covers when nothing is zoomed, where `lines` hold only the window that `view` shows:
   * zooming out and panning end there. By default what the lines have covered so far.
   */
  readonly extentX?: Range | null;
  /**
   * The run hovered elsewhere: its line is drawn on top, the others step back. Without effect while
   * the pointer is on this chart, where the nearest line stands out already.
   */
  readonly highlightKey?: string | null;
  /** The x that another card points at, in the unit of this card's x axis. */
  readonly crosshair?: number | null;
  /** The line that it means there; of many lines, only its value is said. */
  readonly crosshairKey?: string | null;
  /** Each zoom, pan and reset, at most once a frame. Put the answer back into `view`. */
  readonly onview?: (view: View) => void;
  /** The x under the pointer, snapped to data; null when the pointer leaves. */
  readonly oncrosshair?: (x: number | null) => void;
  /** The key of the line nearest to the pointer, or null. */
  readonly onhighlight?: (key: string | null) => void;
  /** After each drawn frame, with the number of series in it (for `data-drawn`). */
  readonly ondrawn?: (series: number) => void;
  readonly onresize?: (size: PlotSize) => void;
}

/** What `bind:this` gives. */
export interface LineChartExports {
  /** A standalone drawing with title, axes and legend. */
  toSvg(): string;
  /** The same at two pixels a unit. */
  toPngBlob(): Promise<Blob>;
  /** What the axes show; null before the first frame. */
  ranges(): { readonly x: Range; readonly y: Range } | null;
}
