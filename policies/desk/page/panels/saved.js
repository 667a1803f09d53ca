// Up to four scenarios beside one another: their numbers, their odds, and who is ahead of whom.

import { SAVED } from "../charts/scene.js";
import { draw } from "../charts/lines.js";
import { makeFigure, nameFile } from "../charts/figure.js";
import { button, element, scroll, table } from "../controls/elements.js";

export function drawSaved(desk) {
  const { words } = desk;
  const found = desk.saved.map((one) => ({ ...one, ...desk.summarise(one.shown, one.settings) }));
  const parts = [element("p", { class: "help" }, words.text("savedHelp")), drawForm(desk)];
  if (!found.length) return parts;
  const head = ["savedName", "horizon", "worthCost", "worthGain", "worthBenefit", "odds", ""].map((key) => (key ? words.text(key) : ""));
  const rows = found.map((one, at) => [
    element("span", { class: `key saved${at}` }, one.name), String(one.year),
    words.money(one.cost), words.money(one.gain), words.money(one.benefit),
    one.benefitOdds ? words.text("ofDraws", one.benefitOdds) : "–", drawActions(desk, one),
  ]);
  parts.push(scroll(words.text("tabSaved"), table(head, rows)));
  const drawn = found.filter((one) => one.benefits);
  if (drawn.length) parts.push(drawBenefits(desk, drawn));
  if (drawn.length > 1) parts.push(...drawDuels(desk, drawn));
  return parts;
}

function drawForm(desk) {
  const { words } = desk;
  const name = element("input", { type: "text", name: "scenario", maxlength: 40, "aria-label": words.text("savedName"), placeholder: words.text("savedName") });
  const keep = button(words.text("save"), () => desk.saveScenario(name.value));
  keep.disabled = desk.saved.length === SAVED.most;
  return element("p", {}, name, " ", keep);
}

function drawActions(desk, one) {
  const { words } = desk;
  const act = (key, run) => button(words.text(key), run, { "aria-label": `${words.text(key)}: ${one.name}` });
  const original = desk.saved.find(({ number }) => number === one.number);
  return [
    act("open", () => desk.change(structuredClone(original.settings))), " ",
    act("remove", () => {
      desk.saved = desk.saved.filter((other) => other !== original);
      desk.show();
    }),
  ];
}

// The net benefit of each with its 90 % interval.
function drawBenefits(desk, found) {
  const { words } = desk;
  const unit = words.moneyUnit;
  const scaled = found.map((one, at) => ({
    name: one.name, colour: SAVED.colours[at],
    values: [one.benefitOdds.low, one.benefit, one.benefitOdds.high].map((value) => value * unit.factor),
  }));
  const numbers = [0, ...scaled.flatMap(({ values }) => values)];
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const [width, left, right, row] = [640, 170, 60, 30];
  const x = (value) => left + ((value - low) / (high - low || 1)) * (width - left - right);
  const title = words.text("savedChart", { unit: unit.name });
  const height = scaled.length * row + 14;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, "font-family": "system-ui, sans-serif", "font-size": 12 });
  svg.append(draw("line", { x1: x(0), x2: x(0), y1: 4, y2: height - 4, stroke: "#555" }));
  scaled.forEach(({ name, colour, values: [from, middle, to] }, at) => {
    const y = 20 + at * row;
    svg.append(
      draw("text", { x: left - 8, y: y + 4, "text-anchor": "end", fill: "#222" }, name.length > 24 ? `${name.slice(0, 23)}…` : name),
      draw("line", { x1: x(from), x2: x(to), y1: y, y2: y, stroke: colour, "stroke-width": 5, "stroke-opacity": 0.45 }),
      draw("circle", { cx: x(middle), cy: y, r: 5, fill: colour }),
      draw("text", { x: x(Math.max(to, middle)) + 10, y: y + 4, fill: "#222" }, words.number(middle)),
    );
  });
  const head = ["savedName", "low", "bestFit", "high"].map((key) => words.text(key));
  return makeFigure(words, { title, svg, rows: [head, ...scaled.map(({ name, values }) => [name, ...values])], name: nameFile("scenarios") });
}

// In how many draws the one of the row brings the nation more than the one of the column.
function drawDuels(desk, found) {
  const { words } = desk;
  const rows = found.map((one, at) => [
    one.name,
    ...found.map((other, column) => {
      if (column === at || one.year !== other.year) return "–";
      const ahead = one.benefits.filter((value, run) => value > other.benefits[run]).length;
      return `${ahead} / ${one.benefits.length}`;
    }),
  ]);
  const label = words.text("savedDuels");
  return [element("h3", {}, label), scroll(label, table([words.text("savedName"), ...found.map(({ name }) => name)], rows))];
}
