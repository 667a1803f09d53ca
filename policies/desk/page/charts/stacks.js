// Wedges over the years: what is above zero is stacked upwards, what is below downwards.

import { draw, drawFrame } from "./lines.js";

// Below this width there is no room for names.
export const NARROW = 520;

// `wedges`: { label, colour, values } by year.
export function drawStacks({ width, height, years, wedges, whole, label, unit, format }) {
  const above = years.map(() => 0);
  const below = years.map(() => 0);
  // One that changes its sign has a part on either side.
  const shapes = wedges.flatMap((wedge) => [[above, Math.max], [below, Math.min]].map(([side, limit]) => {
    const rows = wedge.values.map((value, at) => {
      const from = side[at];
      side[at] += limit(value, 0);
      return [from, side[at]];
    });
    return { wedge, rows };
  })).filter(({ rows }) => rows.some(([from, to]) => from !== to));
  const room = 150; // for names at the right
  const frame = drawFrame({
    width, height, right: width > NARROW ? room : 18, label, unit, format, zero: true,
    low: Math.min(0, ...below), high: Math.max(0, ...above), first: years[0], last: years.at(-1),
  });
  const { svg, x, y } = frame;
  const names = [];
  for (const { wedge, rows } of shapes) {
    const there = rows.map(([, to], at) => `${x(years[at]).toFixed(1)} ${y(to).toFixed(1)}`);
    const back = rows.map(([from], at) => `${x(years[at]).toFixed(1)} ${y(from).toFixed(1)}`).reverse();
    svg.append(
      draw("path", { d: `M${there.join("L")}L${back.join("L")}Z`, fill: wedge.colour, "fill-opacity": 0.85, stroke: "#fff", "stroke-width": 0.7 },
        draw("title", {}, wedge.label)),
    );
    const [from, to] = rows.at(-1);
    names.push({ text: wedge.label, at: y((from + to) / 2), colour: wedge.colour, high: Math.abs(y(to) - y(from)) });
  }
  const line = whole.map((value, at) => `${x(years[at]).toFixed(1)} ${y(value).toFixed(1)}`).join("L");
  svg.append(draw("path", { d: `M${line}`, fill: "none", stroke: "#111", "stroke-width": 2 }));
  if (width > NARROW) svg.append(...placeNames(names, width - room + 8, height - 24));
  return svg;
}

// Names beside the wedges' ends, moved apart where they would overlap; leaders say whose they are.
function placeNames(names, left, bottom) {
  const step = 13;
  const sorted = names.filter(({ high }) => high > 1.5).sort((one, other) => one.at - other.at);
  let last = 4;
  for (const one of sorted) {
    one.y = Math.max(one.at, last + step);
    last = one.y;
  }
  let limit = bottom + step;
  for (const one of [...sorted].reverse()) {
    one.y = Math.min(one.y, limit - step);
    limit = one.y;
  }
  return sorted.flatMap((one) => [
    draw("path", { d: `M${left - 8} ${one.at.toFixed(1)}L${left + 2} ${one.y.toFixed(1)}`, stroke: "#999", fill: "none", "stroke-width": 0.7 }),
    draw("rect", { x: left + 4, y: one.y - 4.5, width: 8, height: 8, fill: one.colour }),
    draw("text", { x: left + 16, y: one.y + 3.5, fill: "#222" }, one.text),
  ]);
}
