// The middle of the page: the outcome with its bands, the change, the regions, saved scenarios.

import { element } from "../controls/elements.js";
import { TOTAL } from "../run/outcomes.js";
import { makeFigure, nameFile } from "./figure.js";
import { drawChart } from "./lines.js";

const GREY = "#8a8a8a";
const INK = "#222222";
export const SAVED = { colours: ["#D55E00", "#009E73", "#CC79A7", "#0072B2"], dashes: ["6 3", "2 3", "8 3 2 3", "12 4"], most: 4 };

export function drawScene(desk) {
  const { outcome, view } = desk;
  const found = desk.collect();
  const figures = outcome.onlyChanges ? [] : [drawLevel(desk, found)];
  figures.push(drawChange(desk, found));
  const charts = [element("div", { class: "pair" }, ...figures)];
  if (!outcome.national && view.place === TOTAL && desk.regions.length > 1) charts.push(drawRegions(desk));
  return charts;
}

function fitWidth(desk) {
  const room = desk.charts.clientWidth || 700;
  // Two side by side where there is room. Drawn at the size at which it is shown, so that letters are
  // as large as the page's.
  return Math.max(300, Math.min(720, room > 860 && !desk.presenting ? (room - 20) / 2 : room));
}

function pickColour(desk) {
  return desk.content.regions.find((one) => one.name === desk.view.place)?.colour ?? INK;
}

function drawLevel(desk, found) {
  const { content, outcome, view, words } = desk;
  const { unit, factor } = desk.scale();
  const { scale, ends, format } = makeScale(words, factor);
  const colour = pickColour(desk);
  const place = view.place === TOTAL ? words.text("total") : words.name(view.place);
  const name = words.name(outcome.name);
  const title = outcome.national ? name : words.text("levelChart", { outcome: name, place });
  const years = [...found.pastYears, ...found.years];
  const layers = [];
  if (found.thenBand) {
    layers.push({ kind: "band", years, values: ends([...found.pastBand, ...found.thenBand]), colour });
  }
  layers.push(
    { kind: "line", years: found.years, values: scale(found.now), colour: GREY, dashed: "4 3" },
    { kind: "line", years, values: scale([...found.past, ...found.then]), colour },
  );
  for (const figures of content.history) {
    if (figures.outcome === outcome.name && figures.region === view.place) {
      layers.push({ kind: "points", years: figures.years, values: figures.values.map((value) => value * factor), colour });
    }
  }
  const svg = drawChart({ width: fitWidth(desk), height: 270, layers, label: title, unit, format, mark: content.start });
  const head = ["year", "asNow", "programme", "low", "median", "high"].map((key) => words.text(key));
  const band = found.thenBand && [...found.pastBand, ...found.thenBand];
  const past = found.pastYears.length;
  const rows = years.map((year, at) => [
    year, at < past ? scale(found.past)[at] : scale(found.now)[at - past],
    at < past ? NaN : scale(found.then)[at - past],
    ...(band ? band[at].map((value) => value * factor) : [NaN, NaN, NaN]),
  ]);
  return makeFigure(words, { title, svg, rows: [head, ...rows], name: nameFile(view.outcome, view.place) });
}

function drawChange(desk, found) {
  const { saved, view, words } = desk;
  const { unit, factor } = desk.scale();
  const { scale, ends, format } = makeScale(words, factor);
  const colour = pickColour(desk);
  const layers = [];
  if (found.changeBand) layers.push({ kind: "band", years: found.years, values: ends(found.changeBand), colour });
  layers.push({ kind: "line", years: found.years, values: scale(found.change), colour });
  saved.forEach((one, at) => {
    const its = desk.collect(view.place, one.shown);
    layers.push({ kind: "line", years: its.years, values: scale(its.change), colour: SAVED.colours[at], dashed: SAVED.dashes[at] });
  });
  const title = words.text("changeChart");
  const svg = drawChart({ width: fitWidth(desk), height: 270, layers, label: title, unit, format, zero: true });
  const figure = makeFigure(words, { title, svg, rows: desk.tabulate(), name: nameFile(view.outcome, view.place, "change") });
  if (saved.length) {
    const keys = saved.map((one, at) => element("span", { class: `key saved${at}` }, one.name));
    figure.insertBefore(element("p", { class: "help keys" }, ...keys), svg);
  }
  return figure;
}

function drawRegions(desk) {
  const { content, view, words } = desk;
  const { unit, factor } = desk.scale();
  const { scale, ends, format } = makeScale(words, factor);
  const room = desk.charts.clientWidth || 700;
  const width = Math.max(170, Math.min(420, room / Math.min(content.regions.length, Math.floor(room / 190) || 1) - 20));
  const small = content.regions.map(({ name, colour }) => {
    const found = desk.collect(name);
    const layers = [];
    if (found.changeBand) layers.push({ kind: "band", years: found.years, values: ends(found.changeBand), colour });
    layers.push({ kind: "line", years: found.years, values: scale(found.change), colour });
    const title = words.name(name);
    const svg = drawChart({ width, height: 140, layers, label: title, unit, format, zero: true });
    const rows = [
      [words.text("year"), words.text("change")],
      ...found.years.map((year, at) => [year, scale(found.change)[at]]),
    ];
    return makeFigure(words, { title, svg, rows, name: nameFile(view.outcome, name, "change") });
  });
  const label = words.text("regionsChart");
  return element("div", { role: "group", "aria-label": label }, element("h3", {}, label), element("div", { class: "small" }, ...small));
}

function makeScale(words, factor) {
  const scale = (rows) => rows.map((row) => (row.length === 1 ? row[0] * factor : [...row].map((value) => value * factor)));
  return {
    scale,
    ends: (rows) => scale(rows).map(([low, , high]) => [low, high]),
    format: (value) => words.number(value),
  };
}
