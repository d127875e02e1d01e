// How wide the run list is: a habit of this browser, not a part of the view that a link shows.
export const minWidth = 180;
export const maxWidth = 480;
const key = 'stepscope.sidebar';
const initial = 300;

function clamp(width: number): number {
  return Number.isFinite(width)
    ? Math.min(maxWidth, Math.max(minWidth, Math.round(width)))
    : initial;
}

function stored(): number {
  try {
    return clamp(Number(localStorage.getItem(key) ?? NaN));
  } catch {
    return initial;
  }
}

let width = $state(stored());

export const sidebar = {
  get width(): number {
    return width;
  },
  set width(next: number) {
    width = clamp(next);
    try {
      localStorage.setItem(key, String(width));
    } catch {
      // Storage is denied: the width holds until the page is closed.
    }
  },
};
