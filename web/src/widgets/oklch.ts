// Colours in OKLCH, whose lightness is what the eye calls lightness.
// https://bottosson.github.io/posts/oklab/

export interface Oklch {
  readonly l: number;
  readonly c: number;
  /** Radians. */
  readonly h: number;
}

type Triple = readonly [number, number, number];

/** Channels from 0 to 1, gamma-encoded, of `#rrggbb`. */
function channels(hex: string): Triple {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function encoded(channel: number): number {
  return channel <= 0.0031308 ? channel * 12.92 : 1.055 * channel ** (1 / 2.4) - 0.055;
}

export function toOklch(hex: string): Oklch {
  const [r, g, b] = channels(hex).map(linear) as unknown as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const blue = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { l: lightness, c: Math.hypot(a, blue), h: Math.atan2(blue, a) };
}

function toLinear({ l: lightness, c, h }: Oklch): Triple {
  const a = c * Math.cos(h);
  const b = c * Math.sin(h);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** `#rrggbb`; what no screen shows loses chroma until it can be shown. */
export function toHex(color: Oklch): string {
  let shown = color;
  let rgb = toLinear(shown);
  while (shown.c > 0.001 && rgb.some((channel) => channel < -1e-4 || channel > 1 + 1e-4)) {
    shown = { ...shown, c: shown.c * 0.97 };
    rgb = toLinear(shown);
  }
  const bytes = rgb.map((channel) => Math.round(255 * encoded(Math.min(1, Math.max(0, channel)))));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** WCAG's contrast ratio of two `#rrggbb`. */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [one, other].map(luminance).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = channels(hex).map(linear) as unknown as Triple;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Distance in OKLab; below 0.02 two colours look the same. */
export function distance(one: Oklch, other: Oklch): number {
  return Math.hypot(
    one.l - other.l,
    one.c * Math.cos(one.h) - other.c * Math.cos(other.h),
    one.c * Math.sin(one.h) - other.c * Math.sin(other.h),
  );
}
