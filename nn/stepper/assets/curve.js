// @ts-check
// The error over the steps of training.

const CURVE = { width: 640, height: 200, left: 64, right: 12, top: 12, bottom: 30 };

function drawCurve() {
  const svg = byId("curve");
  svg.textContent = "";
  CURVE.width = Math.max(svg.clientWidth, 260);
  svg.setAttribute("viewBox", `0 0 ${CURVE.width} ${CURVE.height}`);
  const last = Math.min(page.rounds, page.training.rounds);
  const errors = Array.from({ length: last }, (_, round) => page.training.errors[round]);
  const known = errors.filter((error) => Number.isFinite(error));
  const high = Math.max(...known, 0);
  const low = Math.min(...known, 0);
  /** @param {number} round */
  const x = (round) =>
    CURVE.left + ((round - 1) / Math.max(last - 1, 1)) * (CURVE.width - CURVE.left - CURVE.right);
  /** @param {number} error */
  const y = (error) =>
    CURVE.top + (1 - (error - low) / (high - low || 1)) * (CURVE.height - CURVE.top - CURVE.bottom);
  /** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
  const add = (name, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, String(value));
    }
    element.textContent = text ?? "";
    svg.append(element);
  };
  const bottom = CURVE.height - CURVE.bottom;
  add("path", { class: "axis", d: `M${CURVE.left} ${CURVE.top} V${bottom} H${CURVE.width - CURVE.right}` });
  add("text", { x: CURVE.left - 6, y: CURVE.top + 8, class: "end" }, decimal(high, 4));
  add("text", { x: CURVE.left - 6, y: bottom, class: "end" }, decimal(low, 4));
  add("text", { x: CURVE.left, y: CURVE.height - 8 }, "step 1");
  add("text", { x: CURVE.width - CURVE.right, y: CURVE.height - 8, class: "end" }, String(last));
  const every = Math.max(1, Math.ceil(last / 600));
  const points = errors
    .map((error, place) => (Number.isFinite(error) && (place % every === 0 || place === last - 1) ? `${x(place + 1).toFixed(1)},${y(error).toFixed(1)}` : ""))
    .filter(Boolean);
  add("polyline", { points: points.join(" ") });
  const here = errors[page.round - 1];
  if (Number.isFinite(here)) {
    add("circle", { cx: x(page.round), cy: y(here), r: 5 });
  }
  svg.setAttribute(
    "aria-label",
    `the error over ${last} steps of training: ${decimal(errors[0], 4)} at step 1, ` +
      `${decimal(here, 4)} at step ${page.round}, ${decimal(errors[last - 1], 4)} at step ${last}`,
  );
}

/** The step of training at a place of the curve. @param {MouseEvent} event */
function roundAt(event) {
  const box = byId("curve").getBoundingClientRect();
  const along = ((event.clientX - box.left) / box.width) * CURVE.width;
  const last = Math.min(page.rounds, page.training.rounds);
  const part = (along - CURVE.left) / (CURVE.width - CURVE.left - CURVE.right);
  return Math.min(last, Math.max(1, Math.round(1 + part * (last - 1))));
}
