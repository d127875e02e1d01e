// The size of an element in CSS pixels, how many device pixels one of them has, and canvases to
// match.
export interface Size {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

export const noSize: Size = { width: 0, height: 0, pixelRatio: 1 };

/**
 * Tells the size now and whenever it or the pixel ratio changes, until the returned function is
 * called.
 */
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

/** A context that draws in CSS pixels on a canvas of that size, wiped; null where there is none. */
export function prepareCanvas(
  canvas: HTMLCanvasElement,
  size: Size,
): CanvasRenderingContext2D | null {
  const width = Math.round(size.width * size.pixelRatio);
  const height = Math.round(size.height * size.pixelRatio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(size.pixelRatio, 0, 0, size.pixelRatio, 0, 0);
  context?.clearRect(0, 0, size.width, size.height);
  return context;
}
