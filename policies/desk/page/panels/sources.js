// Where every variable and every figure comes from, and how far to trust the whole.

import { element, fold, scroll, table } from "../controls/elements.js";

export function drawSources(desk) {
  const { content, words } = desk;
  const figures = content.history.map((one) => [
    words.name(one.outcome), words.name(one.region), one.years.length ? `${one.years[0]}–${one.years.at(-1)}` : "",
    String(one.years.length), element("span", { lang: "en" }, one.source),
  ]);
  const head = ["outcome", "place", "years", "count", "source"].map((key) => words.text(key));
  const label = words.text("figuresUsed");
  const search = element("input", { type: "search", name: "variable", "aria-label": words.text("findVariable"), placeholder: words.text("findVariable") });
  const list = element("div", {});
  const names = Object.keys(content.causes.variables);
  const show = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = names.filter((name) => !wanted || name.toLowerCase().includes(wanted) || words.name(name).includes(wanted));
    list.replaceChildren(...found.slice(0, wanted ? 30 : 8).map((name) => fold(words.name(name), ...describeVariable(desk, name))));
    list.append(element("p", { class: "help", role: "status" }, words.text("foundVariables", { count: found.length, of: names.length })));
  };
  search.addEventListener("input", show);
  show();
  return [
    element("h3", {}, words.text("variables")), element("p", {}, search), list,
    element("h3", {}, label), scroll(label, table(head, figures)),
  ];
}

// What a variable of the model is: name, unit, definition, source. Definitions are in English.
export function describeVariable(desk, name) {
  const { words } = desk;
  const { unit, definition, source } = desk.content.causes.variables[name];
  return [
    element("p", { lang: "en" }, `${name}${unit === "Dmnl" ? "" : ` [${unit}]`}: ${definition}`),
    ...(source ? [element("p", { lang: "en" }, `${words.text("source")}: ${source}`)] : []),
  ];
}

export function drawTrust(desk) {
  const { content, words } = desk;
  const { draws, stamp } = content;
  return [
    element("p", {}, words.text("trustDraws", { draws: draws.count, names: draws.names.length })),
    element("p", {}, words.text("trustForecast")),
    element("p", {}, words.text("trustPaper")),
    element("p", {}, words.text("licence")),
    element("h3", {}, words.text("trustStamp")),
    element("dl", {}, ...Object.entries(stamp).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))])),
  ];
}
