// Every number: all outcomes in the year to which is counted, and the chosen one year by year.

import { nameFile, saveRows } from "../charts/figure.js";
import { button, element, scroll, table } from "../controls/elements.js";
import { TOTAL, findBand, subtract } from "../run/outcomes.js";

export function drawTable(desk) {
  const { view, words } = desk;
  const place = view.place === TOTAL ? words.text("total") : words.name(view.place);
  const year = desk.shown.year;
  const every = listAll(desk, view.place, year);
  const format = (cell) => (typeof cell === "number" ? words.number(cell) : cell);
  const head = ["outcome", "unitHead", "asNow", "programme", "change", "low", "median", "high"].map((key) => words.text(key));
  const [own, ...years] = desk.tabulate();
  const label = words.text("everyNumber", { place, year });
  const single = words.name(desk.outcome.name);
  return [
    element("h3", {}, label), element("p", { class: "help" }, words.text("everyHelp")),
    scroll(label, table(head, every.map((row) => row.map(format)))),
    element("div", { class: "files" }, button(words.text("csvAll"), () => saveEverything(desk))),
    element("h3", {}, single),
    element("p", { class: "help", lang: "en" }, desk.outcome.definition),
    scroll(single, table(own, years.map((row) => row.map((cell, at) => (at === 0 ? String(cell) : format(cell)))))),
  ];
}

function listAll(desk, place, year) {
  const { content, words } = desk;
  const slot = year - content.start;
  return content.outcomes.map((outcome) => {
    const { unit, factor } = desk.scale(outcome);
    const found = desk.collect(place, desk.shown, outcome);
    const levels = outcome.onlyChanges ? [NaN, NaN] : [found.now[slot][0] * factor, found.then[slot][0] * factor];
    const band = found.changeBand?.[slot].map((value) => value * factor) ?? [NaN, NaN, NaN];
    return [words.name(outcome.name), unit, ...levels, found.change[slot][0] * factor, ...band];
  });
}

// All outcomes, places and years, as a long table.
function saveEverything(desk) {
  const { content, regions, words } = desk;
  const { line, draws } = desk.shown;
  const head = ["outcome", "place", "unitHead", "year", "asNow", "programme", "change", "low", "median", "high"].map((key) => words.text(key));
  const rows = [head];
  for (const outcome of content.outcomes) {
    const { unit, factor } = desk.scale(outcome);
    for (const place of outcome.national ? [TOTAL] : [TOTAL, ...regions]) {
      const [now, then] = [line.now, line.then].map((one) => one.future.outcome(outcome, place, regions));
      const band = draws && findBand(subtract(...[draws.then, draws.now].map((one) => one.future.outcome(outcome, place, regions))));
      const called = outcome.national ? "" : place === TOTAL ? words.text("total") : words.name(place);
      line.now.future.labels.forEach((year, slot) => {
        const [before, after] = [now, then].map((values) => values[slot][0] * factor);
        rows.push([
          words.name(outcome.name), called, unit, year, before, after, after - before,
          ...(band ? band[slot].map((value) => value * factor) : [NaN, NaN, NaN]),
        ]);
      });
    }
  }
  saveRows(rows, nameFile("numbers"));
}
