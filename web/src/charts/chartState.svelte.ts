// What a line chart knows while it lives: size, gesture, what is pointed at, and the scene last
// drawn. LineChart.svelte connects it to props, canvases and the page.
import { extentOfX, extentOfY, fitX, fitY, limited } from './fit';
import { dependOn, drawSoon, forgetDraw } from './frame';
import type { GestureTarget } from './gestures';
import { advance, bandOf, idle } from './interaction';
import type { Action, Gesture, Input, Point } from './interaction';
import { marksNear } from './marks';
import { RangeMotion, steadyRange } from './motion';
import type { Pace, Ranges } from './motion';
import { crosshairAt, neighbourX } from './nearest';
import type { Crosshair, Hit } from './nearest';
import { makeScale, makeXScale, toPixel, toValue } from './scales';
import { makeScene } from './scene';
import type { Scene, SceneInput } from './scene';
import { formatX } from './overlay';
import { noSize } from './size';
import { summarise } from './summary';
import { measureLabel } from './text';
import { currentTheme } from './theme.svelte';
import { makeTooltip } from './tooltip';
import { isLimited, kindOfX, wholeView } from './types';
import type { ChartSettings, Limits, Line, Range, ScaleKind, View, XAxis } from './types';
import { isSameView, isWithinScale, isZoomed, pan, scaleAt, zoomTo } from './viewport';
import type { Shown } from './viewport';

/** What the state reads of the component's props, each time anew. */
export interface ChartInput {
  readonly lines: readonly Line[];
  readonly settings: ChartSettings;
  readonly view: View;
  readonly limits: Limits;
  readonly highlightKey: string | null;
  readonly crosshair: number | null;
  readonly crosshairKey: string | null;
  /** Null: what the lines cover. */
  readonly extentX: Range | null;
  setView(view: View): void;
}

/** What Svelte tracks for a redraw. */
interface Question {
  readonly keys: string;
  readonly settings: ChartSettings;
  readonly view: View;
  readonly limits: Limits;
}

// A line further away than this is not what the pointer means.
const highlightPixels = 24;

export class ChartState implements GestureTarget {
  size = $state.raw(noSize);
  /** The frame on the screen; null before the first. */
  scene = $state.raw<Scene | null>(null);
  private gesture = $state.raw<Gesture>(idle);
  private isReadyToPan = $state.raw(false);
  private hover = $state.raw<Point | null>(null);
  private pin = $state.raw<{ value: number; y: number } | null>(null);
  /** Where the arrow keys stand. */
  private cursor = $state.raw<{ value: number; key: string | null } | null>(null);

  readonly kindX = $derived.by(() => kindOfX(this.input.settings));
  readonly extentX = $derived.by(
    () => this.input.extentX ?? extentOfX(this.input.lines, this.kindX === 'log'),
  );
  private readonly whole = $derived.by(() => {
    const fitting = fitX(this.extentX, this.input.settings.xAxis, this.kindX === 'log');
    return limited(fitting, this.input.limits.x, this.kindX);
  });
  private readonly keys = $derived.by(() => this.input.lines.map((line) => line.key).join('\n'));
  readonly isPinned = $derived.by(() => this.pin !== null);
  readonly isBusy = $derived.by(() => this.gesture.kind !== 'idle');
  readonly band = $derived.by(() => bandOf(this.gesture));
  readonly cursorStyle = $derived.by(() => {
    if (this.gesture.kind === 'pan') return 'grabbing';
    return this.isReadyToPan ? 'grab' : 'crosshair';
  });

  /** What is pointed at here: by a pin, the pointer or the arrow keys. */
  readonly own = $derived.by((): Crosshair | null => {
    const { scene } = this;
    if (scene === null) return null;
    if (this.pin !== null) return this.crosshairFor(scene, this.pin.value, this.pin.y);
    if (this.hover !== null) {
      return this.crosshairFor(scene, toValue(scene.scaleX, this.hover.x), this.hover.y);
    }
    if (this.cursor === null) return null;
    const { value, key } = this.cursor;
    const crosshair = this.crosshairFor(scene, value, null);
    const chosen = crosshair?.hits.find((hit) => hit.line.key === key);
    return crosshair === null || chosen === undefined
      ? crosshair
      : { ...crosshair, nearest: chosen };
  });

  /** The line that the run list or another card points at; none while this chart is read itself. */
  readonly highlighted = $derived.by((): Line | null => {
    const { highlightKey } = this.input;
    if (this.scene === null || this.hover !== null || highlightKey === null) return null;
    return this.scene.lines.find((line) => line.key === highlightKey) ?? null;
  });

  /** What another card points at. */
  readonly linked = $derived.by((): Crosshair | null => {
    const { scene } = this;
    const { crosshair, crosshairKey } = this.input;
    if (scene === null || crosshair === null || this.own !== null) return null;
    const { hits } = crosshairAt(scene.lines, scene.scaleX, scene.scaleY, crosshair, null) ?? {
      hits: [],
    };
    const nearest = hits.find(({ line }) => line.key === crosshairKey) ?? null;
    return { value: crosshair, x: toPixel(scene.scaleX, crosshair), hits, nearest };
  });

  readonly tooltip = $derived.by(() => {
    if (this.own === null || this.scene === null) return null;
    const { settings } = this.input;
    const marks = marksNear(this.scene.marks, this.own.x);
    return makeTooltip(this.own, settings.tooltipSort, settings.xAxis, marks);
  });

  /** What a tooltip stands beside, in pixels of the chart. */
  readonly anchor = $derived.by(() => {
    if (this.own === null || this.scene === null) return null;
    const { x, nearest } = this.own;
    const { plot } = this.scene;
    const y = this.pin?.y ?? this.hover?.y ?? nearest?.y ?? Number.NaN;
    const pointer = this.pin === null ? (this.hover?.x ?? x) : x;
    return {
      left: Math.min(x, pointer),
      right: Math.max(x, pointer),
      y: Number.isFinite(y) ? y : (plot.top + plot.bottom) / 2,
    };
  });

  readonly summary = $derived.by(() => {
    return summarise(this.input.lines, this.input.settings.xAxis, this.extentX);
  });

  /** What the arrow keys have come to, for those who hear it. */
  readonly spoken = $derived.by(() => {
    const { own, tooltip } = this;
    if (own === null || tooltip === null) return 'No point chosen';
    const { xAxis } = this.input.settings;
    const rows = tooltip.rows.map((row) => `${row.label} ${row.value}`);
    return [`${xAxis} ${formatX(own.value, xAxis)}`, ...rows].join(', ');
  });

  /** The key of the line that the pointer means, if any. */
  readonly nearestKey = $derived.by(() => {
    const nearest = this.own?.nearest ?? null;
    return nearest !== null && nearest.distance <= highlightPixels ? nearest.line.key : null;
  });

  private readonly motion = new RangeMotion();
  // Under a zoom the lines may be a window only: then this remembers where the axis ends.
  private widest: { axis: XAxis; limits: Limits; range: Range } | null = null;
  private answered: Question | null = null;
  private pendingView: View | null = null;

  constructor(private readonly input: ChartInput) {}

  /** Everything that a scene depends on; reading it in an effect redraws when it changes. */
  sceneInput(): Omit<SceneInput, 'ranges'> {
    const { lines, settings } = this.input;
    const theme = currentTheme();
    // The axes also depend on the view, and move again when a hand lets go.
    dependOn(this.input.view, this.input.limits, this.isBusy);
    return {
      ...this.size,
      lines,
      settings,
      theme,
      measure: (label) => measureLabel(label, theme.font),
    };
  }

  /** The scene of a frame drawn now. */
  nextScene(nowMs: number): Scene {
    const ranges = this.moveRanges(nowMs);
    // Nothing moves sideways under a pointer because a label got shorter.
    const gutter = this.hover !== null || this.isBusy ? this.scene?.plot.left : undefined;
    this.scene = makeScene({ ...this.sceneInput(), ranges, ...(gutter && { gutter }) });
    return this.scene;
  }

  isMoving(nowMs: number): boolean {
    return this.motion.isMoving(nowMs);
  }

  /** True when the input meant something to this chart. */
  send(input: Input): boolean {
    if (input.type === 'key' && input.key === 'Escape' && !this.isEscapable()) return false;
    const { gesture, actions } = advance(this.gesture, input);
    this.gesture = gesture;
    for (const action of actions) this.apply(action);
    return actions.length > 0;
  }

  holdsTouch(): boolean {
    return ['read', 'pinch', 'pan'].includes(this.gesture.kind);
  }

  isZoomed(): boolean {
    return isZoomed(this.input.view);
  }

  isOverYAxis(at: Point): boolean {
    return this.scene !== null && at.x < this.scene.plot.left - 4;
  }

  onready(ready: boolean): void {
    this.isReadyToPan = ready;
  }

  release(): void {
    this.pin = null;
    this.hover = null;
    this.cursor = null;
  }

  /** The keyboard has gone elsewhere. */
  blur(): void {
    this.cursor = null;
  }

  destroy(): void {
    forgetDraw(this.emitView);
  }

  private moveRanges(nowMs: number): Ranges {
    const { lines, settings, view, limits } = this.input;
    const kind = settings.scaleY;
    const question = { keys: this.keys, settings, view, limits };
    const isSame = this.answered !== null && isSameQuestion(this.answered, question);
    const wasShown = this.scene !== null;
    this.answered = question;
    this.widen();
    const handX = placed(view.x, this.kindX);
    const handY = placed(view.y, kind);
    const shownY = this.scene?.scaleY.domain ?? null;
    let y: Range;
    if (handY !== null) {
      y = handY;
    } else if (shownY !== null && this.holdsY() && placed(shownY, kind) !== null) {
      y = shownY;
    } else {
      const window = handX ?? (isLimited(limits.x) ? this.whole : null);
      const extent = extentOfY(lines, window, kind === 'log', settings.ignoreOutliers);
      const wanted = limited(fitY(extent, kind), limits.y, kind);
      y = isSame && window !== null && shownY !== null ? steadyRange(shownY, wanted) : wanted;
    }
    this.motion.aim(
      { x: handX ?? this.whole, y },
      this.pace(isSame && wasShown),
      nowMs,
      kind === 'log',
    );
    return this.motion.at(nowMs);
  }

  // Otherwise Escape is the page's, which may have something to close.
  private isEscapable(): boolean {
    return this.isBusy || this.pin !== null || this.cursor !== null;
  }

  private widen(): void {
    const { whole, widest } = this;
    const { view, settings, extentX, limits } = this.input;
    const isSame = widest?.axis === settings.xAxis && widest.limits === limits;
    const keeps = view.x !== null && extentX === null && isSame && this.kindX !== 'log';
    const range: Range = keeps
      ? [Math.min(whole[0], widest.range[0]), Math.max(whole[1], widest.range[1])]
      : whole;
    this.widest = { axis: settings.xAxis, limits, range };
  }

  // While a hand moves the x axis the y axis keeps still under it.
  private holdsY(): boolean {
    return this.gesture.kind === 'pan' || this.gesture.kind === 'pinch';
  }

  private pace(isSame: boolean): Pace {
    if (!isSame) return 'jump';
    if (this.isBusy) return 'hold';
    return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'jump' : 'ease';
  }

  private crosshairFor(scene: Scene, value: number, y: number | null): Crosshair | null {
    const crosshair = crosshairAt(scene.lines, scene.scaleX, scene.scaleY, value, y);
    // Deep in a zoom there may be no point at all: the nearest one is not what is meant.
    return crosshair !== null && isWithinScale(scene.scaleX, crosshair.value) ? crosshair : null;
  }

  private apply(action: Action): void {
    const { scene } = this;
    if (scene === null) return;
    switch (action.do) {
      case 'hover':
        this.hover = action.at !== null && isInPlot(scene, action.at) ? action.at : null;
        if (action.at !== null) this.cursor = null;
        return;
      case 'click':
        if (this.pin === null) this.pinAt(scene, action.at);
        else this.pin = null;
        return;
      case 'pin':
        this.pinAt(scene, action.at);
        return;
      case 'release':
        this.release();
        return;
      case 'stepPoint':
        this.stepPoint(scene, action.by < 0 ? -1 : 1, action.fast);
        return;
      case 'stepLine':
        this.stepLine(action.by);
        return;
      case 'end':
        this.moveCursor(action.last ? scene.scaleX.domain[1] : scene.scaleX.domain[0]);
        return;
      default:
        this.changeView(scene, action);
    }
  }

  private changeView(scene: Scene, action: Action): void {
    const view = this.pendingView ?? this.input.view;
    const shown = this.shown(scene);
    const centre = { x: this.own?.x ?? (scene.plot.left + scene.plot.right) / 2, y: 0 };
    switch (action.do) {
      case 'zoomTo':
        this.setView(zoomTo(view, shown, action.from, action.to, action.axes));
        return;
      case 'pan':
        this.setView(pan(view, shown, action.dx, action.dy));
        return;
      case 'scale':
        this.setView(scaleAt(view, shown, action.from, action.to, action.factor, action.axes));
        return;
      case 'scaleCentre':
        this.setView(scaleAt(view, shown, centre, centre, action.factor, 'x'));
        return;
      case 'reset':
        this.pin = null;
        this.setView(wholeView);
        return;
      default:
        return;
    }
  }

  // Two fingers move twice a frame: the second must go on from where the first has come to.
  private shown(scene: Scene): Shown {
    const { pendingView: pending } = this;
    const whole = this.widest?.range ?? this.whole;
    if (pending === null) return { scaleX: scene.scaleX, scaleY: scene.scaleY, whole };
    const { kind } = scene.scaleY;
    return {
      scaleX: makeXScale(pending.x ?? whole, scene.scaleX.range, scene.scaleX.kind),
      scaleY: pending.y === null ? scene.scaleY : makeScale(pending.y, scene.scaleY.range, kind),
      whole,
    };
  }

  private setView(view: View): void {
    this.pendingView = view;
    drawSoon(this.emitView);
  }

  private readonly emitView = (): void => {
    const view = this.pendingView;
    this.pendingView = null;
    if (view !== null && !isSameView(view, this.input.view)) this.input.setView(view);
  };

  private pinAt(scene: Scene, at: Point): void {
    if (!isInPlot(scene, at)) return;
    const crosshair = this.crosshairFor(scene, toValue(scene.scaleX, at.x), at.y);
    if (crosshair !== null) this.pin = { value: crosshair.value, y: at.y };
  }

  private stepPoint(scene: Scene, by: 1 | -1, fast: boolean): void {
    const { own } = this;
    const [low, high] = scene.scaleX.domain;
    if (own === null) {
      this.moveCursor(by > 0 ? low : high);
    } else if (fast) {
      const stride = (scene.plot.right - scene.plot.left) / 20;
      const wanted = toValue(scene.scaleX, own.x + by * stride);
      this.moveCursor(Math.min(Math.max(wanted, low), high));
    } else {
      const next = neighbourX(scene.lines, own.value, by);
      if (next !== null && isWithinScale(scene.scaleX, next)) this.moveCursor(next);
    }
  }

  private moveCursor(value: number): void {
    const key = this.own?.nearest?.line.key ?? null;
    this.pin = null;
    this.hover = null;
    this.cursor = { value, key };
    // The cursor stands on data, also after a jump to somewhere between.
    if (this.own !== null) this.cursor = { value: this.own.value, key };
  }

  private stepLine(by: number): void {
    const { own } = this;
    if (own === null) return;
    const byHeight = own.hits.filter((hit) => Number.isFinite(hit.y)).toSorted(higherFirst);
    const at = byHeight.findIndex((hit) => hit.line.key === own.nearest?.line.key);
    const next = byHeight[Math.min(Math.max(at + by, 0), byHeight.length - 1)];
    if (next === undefined) return;
    this.pin = null;
    this.hover = null;
    this.cursor = { value: own.value, key: next.line.key };
  }
}

function higherFirst(a: Hit, b: Hit): number {
  return a.y - b.y;
}

function isInPlot({ plot }: Scene, at: Point): boolean {
  return (
    at.x >= plot.left - 4 &&
    at.x <= plot.right + 8 &&
    at.y >= plot.top - 8 &&
    at.y <= plot.bottom + 4
  );
}

/** What was chosen by hand, unless the scale has no place for it. */
function placed(range: Range | null, kind: ScaleKind): Range | null {
  return kind === 'log' && range !== null && range[0] <= 0 ? null : range;
}

function isSameQuestion(a: Question, b: Question): boolean {
  return (
    a.keys === b.keys &&
    isSameView(a.view, b.view) &&
    a.settings.xAxis === b.settings.xAxis &&
    a.limits === b.limits &&
    a.settings.scaleX === b.settings.scaleX &&
    a.settings.scaleY === b.settings.scaleY &&
    a.settings.ignoreOutliers === b.settings.ignoreOutliers
  );
}
