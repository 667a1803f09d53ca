// The model's own diagram of its loops, with arrows as thick as they carry an effect.

import { draw } from "./lines.js";

const AGREES = "#0072B2";
const AGAINST = "#D55E00";
const IDLE = "#c8c8c8";
const WIDEST = 11;

// `shares` by arrow; `choose` is called with the name that is pressed. Widths show at most the whole.
export function drawDiagram({ overview, shares, names, label, titles, choose }) {
  const edges = overview.names.flatMap(({ x, y, w, h }) => [[x - w, y - h], [x + w, y + h]]);
  const bends = overview.arrows.flatMap(({ bend }) => (bend ? [bend] : []));
  const points = [...edges, ...bends, ...overview.loops.map(({ x, y }) => [x, y])];
  const [left, top] = [0, 1].map((at) => Math.min(...points.map((point) => point[at])) - 30);
  const [right, bottom] = [0, 1].map((at) => Math.max(...points.map((point) => point[at])) + 30);
  const svg = draw("svg", {
    viewBox: `${left} ${top} ${right - left} ${bottom - top}`, role: "group", "aria-label": label,
    "font-family": "system-ui, sans-serif", "font-size": 17, class: "diagram",
  });
  const places = new Map(overview.names.map((one) => [one.name, one]));
  // Thin arrows first, so that the thick lie above them.
  const order = overview.arrows.map((arrow, at) => ({ arrow, share: shares[at], title: titles[at] }));
  order.sort((one, other) => Math.abs(one.share || 0) - Math.abs(other.share || 0));
  for (const one of order) svg.append(drawArrow(one, places));
  for (const { label: loop, x, y } of overview.loops) {
    svg.append(
      draw("circle", { cx: x, cy: y, r: 15, fill: "#fff", stroke: "#777" }),
      draw("text", { x, y: y + 6, "text-anchor": "middle", fill: "#555", "font-size": 15 }, loop),
    );
  }
  for (const one of overview.names) svg.append(drawName(one, names(one.name), choose));
  return svg;
}

function drawArrow({ arrow, share, title }, places) {
  const [from, to] = [places.get(arrow.from), places.get(arrow.to)];
  const size = Number.isFinite(share) ? Math.min(Math.abs(share), 1) : 0;
  const idle = size < 0.02;
  const width = idle ? 1.2 : 1.5 + size * WIDEST;
  const colour = idle ? IDLE : share > 0 ? AGREES : AGAINST;
  const middle = arrow.bend ?? [(from.x + to.x) / 2, (from.y + to.y) / 2];
  // Vensim's curve passes through the point; a quadratic one has its control beyond it.
  const control = arrow.bend
    ? [2 * middle[0] - (from.x + to.x) / 2, 2 * middle[1] - (from.y + to.y) / 2]
    : middle;
  const begin = leave(from, control, 3);
  const end = leave(to, control, 6 + width);
  const turn = Math.atan2(end[1] - control[1], end[0] - control[0]);
  const head = 6 + width;
  const point = (angle, far) => [end[0] + Math.cos(turn + angle) * far, end[1] + Math.sin(turn + angle) * far];
  const corners = [point(0, head), point(Math.PI / 2, head * 0.55), point(-Math.PI / 2, head * 0.55)];
  const write = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return draw(
    "g", { opacity: idle ? 1 : 0.88 },
    draw("title", {}, title),
    draw("path", { d: `M${write(begin)}Q${write(control)} ${write(end)}`, fill: "none", stroke: colour, "stroke-width": width }),
    draw("path", { d: `M${corners.map(write).join("L")}Z`, fill: colour }),
  );
}

// The point at which a line towards `aim` leaves the box of a name.
function leave({ x, y, w, h }, [aimX, aimY], gap) {
  const [dx, dy] = [aimX - x, aimY - y];
  const far = Math.hypot(dx, dy) || 1;
  const scale = Math.min(Math.abs(dx) > 0 ? (w + 4) / Math.abs(dx) : Infinity, Math.abs(dy) > 0 ? (h + 3) / Math.abs(dy) : Infinity);
  const reach = Math.min(scale, 1) + gap / far;
  return [x + dx * reach, y + dy * reach];
}

function drawName({ name, x, y, w, h, boxed }, text, choose) {
  const group = draw("g", { tabindex: "0", role: "button", class: "name", "aria-label": text });
  const lines = wrap(text, boxed || h > 14 ? 2 : 1, w);
  group.append(
    draw("rect", { x: x - w - 2, y: y - h - 1, width: 2 * w + 4, height: 2 * h + 2, fill: "#fff", "fill-opacity": 0.9, stroke: boxed ? "#444" : "none", rx: 2 }),
    ...lines.map((line, at) => {
      const label = draw("text", { x, y: y + 6 + (at - (lines.length - 1) / 2) * 18, "text-anchor": "middle", fill: "#111" }, line);
      // No wider than its place in the sketch, whose letters are Vensim's.
      if (measure(line) > 2 * w + 6) {
        label.setAttribute("textLength", 2 * w + 6);
        label.setAttribute("lengthAdjust", "spacingAndGlyphs");
      }
      return label;
    }),
  );
  group.addEventListener("click", () => choose(name));
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(name);
  });
  return group;
}

function measure(text) {
  return [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 17 : 8.6), 0);
}

// Two lines of about equal length, broken between words; a single one where it fits.
function wrap(text, most, w) {
  if (most === 1 || measure(text) <= 2 * w + 6) return [text];
  const breaks = [...text.matchAll(/ /g)].map((one) => one.index);
  const middle = text.length / 2;
  if (!breaks.length) return [text];
  const at = breaks.reduce((best, one) => (Math.abs(one - middle) < Math.abs(best - middle) ? one : best));
  return [text.slice(0, at), text.slice(at + 1)];
}
