// What each lever brings: wedges over the years, and what would be lost without it.

import { makeFigure, nameFile } from "../charts/figure.js";
import { draw } from "../charts/lines.js";
import { NARROW, drawStacks } from "../charts/stacks.js";
import { element, scroll, table } from "../controls/elements.js";
import { listInputs, listSpending, spendsNothing } from "../controls/settings.js";
import { addCells } from "../run/outcomes.js";

// Okabe and Ito's colours, which colour-blind readers tell apart, and two greys.
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"];
const OTHERS = "#9a9a9a";
const TOGETHER = "#d4d4d4";

export function drawWorth(desk) {
  const { settings, words } = desk;
  const help = (key, given) => element("p", { class: "help" }, words.text(key, given));
  if (spendsNothing(settings)) return [help("mapNothing")];
  const year = Number(desk.view.horizon);
  // While draws are running they come first; what was computed for these settings is kept.
  const key = JSON.stringify([settings, year]);
  if (desk.worth?.key !== key) {
    if (!desk.shown.draws) return [help("updating")];
    desk.worth = { key, ...runWithout(desk, year) };
  }
  const head = ["worthLever", "worthLevel", "worthCost", "worthGain", "worthBenefit"].map((name) => words.text(name));
  const unit = words.moneyUnit;
  const format = (value) => words.number(value * unit.factor);
  const rows = listWorth(desk, year).map((row) => [words.name(row.name), words.text(row.level), format(row.cost), format(row.gain), format(row.benefit)]);
  return [
    drawWedges(desk), help("wedgesHelp"),
    element("h3", {}, words.text("worthTitle", { year })), help("worthHelp", { year }),
    scroll(words.text("tabWorth"), table(head, rows, unit.name)),
  ];
}

// Runs of the best fit: whole, as now, and for each lever at each level without it and it alone.
function runWithout(desk, year) {
  const { content, engine, settings } = desk;
  const keys = listSpending(content, settings);
  const is = (one) => (level, name) => level === one.level && name === one.name;
  const without = keys.map((one) => listInputs(content, settings, { keep: (...given) => !is(one)(...given) }));
  const alone = keys.map((one) => listInputs(content, settings, { keep: is(one) }));
  const last = Math.max(2040, year);
  const results = engine.variants([listInputs(content, settings), listInputs(content, settings, { keep: () => false }), ...without, ...alone], settings.assume, last);
  return { keys, results };
}

function listWorth(desk, year) {
  const { content, worth } = desk;
  const slot = year - content.start;
  const [gain, benefit] = [content.accounts.gain, content.accounts.benefit].map((name) => addCells(worth.results, name, slot));
  const money = content.accounts.money.map((name) => addCells(worth.results, name, slot)).reduce((sum, part) => sum.map((value, run) => value + part[run]));
  const lost = (values, at) => values[0] - values[2 + at];
  return worth.keys
    .map((one, at) => ({ ...one, cost: lost(money, at), gain: lost(gain, at), benefit: lost(benefit, at) }))
    .sort((one, other) => other.benefit - one.benefit);
}

// The change that is shown above, by lever: the mean of what a lever brings alone and of what is
// lost without it. What they bring only together is a wedge of its own, so that all add up.
function drawWedges(desk) {
  const { outcome, regions, view, words, worth } = desk;
  const { unit, factor } = desk.scale();
  const series = worth.results.outcome(outcome, view.place, regions);
  const years = worth.results.labels;
  const count = worth.keys.length;
  const whole = series.map((values) => (values[0] - values[1]) * factor);
  const byLever = new Map();
  worth.keys.forEach(({ name }, at) => {
    const part = series.map((values) => ((values[0] - values[2 + at] + values[2 + count + at] - values[1]) / 2) * factor);
    const before = byLever.get(name);
    byLever.set(name, before ? before.map((value, slot) => value + part[slot]) : part);
  });
  const sorted = [...byLever].sort(([, one], [, other]) => Math.abs(other.at(-1)) - Math.abs(one.at(-1)));
  const most = sorted.length <= COLOURS.length ? sorted.length : COLOURS.length - 1;
  const wedges = sorted.slice(0, most).map(([name, values], at) => ({ label: words.name(name), colour: COLOURS[at], values }));
  const rest = sorted.slice(most).map(([, values]) => values);
  const add = (lists) => years.map((_, slot) => lists.reduce((sum, values) => sum + values[slot], 0));
  if (rest.length) wedges.push({ label: words.text("otherLevers"), colour: OTHERS, values: add(rest) });
  const parts = add(wedges.map(({ values }) => values));
  if (count > 1) wedges.push({ label: words.text("together"), colour: TOGETHER, values: whole.map((value, slot) => value - parts[slot]) });
  const place = outcome.national || view.place === "total" ? "" : words.name(view.place);
  const title = words.text("wedgesTitle", { outcome: words.name(outcome.name), place: place ? words.text("ofPlace", { place }) : "" });
  const width = Math.max(300, Math.min(900, desk.panel.clientWidth || 700));
  const svg = drawStacks({ width, height: 300, years, wedges, whole, label: title, unit, format: (value) => words.number(value) });
  const head = [words.text("year"), ...wedges.map(({ label }) => label), words.text("sum")];
  const rows = years.map((year, slot) => [year, ...wedges.map(({ values }) => values[slot]), whole[slot]]);
  const figure = makeFigure(words, { title, svg, rows: [head, ...rows], name: nameFile("wedges", view.outcome, view.place) });
  // Where names do not fit beside the wedges they stand below, the uppermost first.
  if (width <= NARROW) figure.insertBefore(element("p", { class: "help keys" }, ...[...wedges].reverse().map(drawKey)), svg.nextSibling);
  return figure;
}

function drawKey({ label, colour }) {
  const swatch = draw("svg", { viewBox: "0 0 10 10", class: "swatch", "aria-hidden": "true" }, draw("rect", { width: 10, height: 10, fill: colour }));
  return element("span", { class: "key" }, swatch, label);
}
