// The size of an element in CSS pixels, and how many device pixels one of them has.
export interface Size {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

export const noSize: Size = { width: 0, height: 0, pixelRatio: 1 };

/** Tells the size now and whenever it or the pixel ratio changes, until the returned function is called. */
export function observeSize(element: Element, onsize: (size: Size) => void): () => void {
  const observer = new ResizeObserver((entries) => {
    const entry = entries.at(-1);
    if (entry === undefined) return;
    const { width, height } = entry.contentRect;
    onsize({ width, height, pixelRatio: window.devicePixelRatio });
  });
  try {
    // Also fires when the page is zoomed while the element keeps its size in CSS pixels.
    observer.observe(element, { box: 'device-pixel-content-box' });
  } catch {
    observer.observe(element);
  }
  return () => {
    observer.disconnect();
  };
}
