// Runs in the page before its own scripts: notes when each count of points arrived on the live
// socket and when it was first drawn. `arrived` and `drawn` map counts to milliseconds since the
// epoch.
const arrived = {};
const drawn = {};
globalThis.liveLatency = { arrived, drawn };

const now = () => performance.timeOrigin + performance.now();

globalThis.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    this.addEventListener('message', (event) => {
      arrived[JSON.parse(event.data).points] ??= now();
    });
  }
};

// What the only card says it shows: "1 234 points".
function shownPoints() {
  const text = document.querySelector('[data-card] header')?.textContent ?? '';
  return Number(/(\d[\d\s.,]*)\s*points?/.exec(text)?.[1].replace(/\D/g, '') ?? 0);
}

const stroke = CanvasRenderingContext2D.prototype.stroke;
CanvasRenderingContext2D.prototype.stroke = function (...path) {
  const points = shownPoints();
  // The first task after a frame's callbacks finds the frame handed over.
  if (!(points in drawn)) setTimeout(() => (drawn[points] ??= now()), 0);
  return stroke.apply(this, path);
};
