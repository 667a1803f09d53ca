// Why: the loops and the chains of links that carry the change, found by cutting one link at a time.

import { drawDiagram } from "../charts/diagram.js";
import { makeFigure, nameFile } from "../charts/figure.js";
import { element, fold, scroll, table } from "../controls/elements.js";
import { listInputs, spendsNothing } from "../controls/settings.js";
import { joinLinks, measureShares, splitChains } from "../run/causes.js";
import { TOTAL } from "../run/outcomes.js";
import { describeVariable } from "./sources.js";

const CHAINS = 5;
const ROWS = 40;

export function drawWhy(desk) {
  const { outcome, settings, shown, view, words } = desk;
  const help = (key, given) => element("p", { class: "help" }, words.text(key, given));
  if (spendsNothing(settings)) return [help("mapNothing")];
  // The runs hold for every outcome and place.
  const key = JSON.stringify([settings, shown.year]);
  if (desk.why?.key !== key) {
    if (shown.draws && desk.whyRuns !== key) startCuts(desk, key);
    desk.whyProgress ??= element("p", { role: "status" });
    return [help("whyHelp"), desk.whyProgress];
  }
  const causes = nameLinks(desk.content.causes);
  const found = measureShares(causes, desk.why.results, outcome, view.place, desk.regions);
  const { unit, factor } = desk.scale();
  const effect = found.effect * factor;
  const place = outcome.national ? "" : view.place === TOTAL ? words.text("total") : words.name(view.place);
  const called = outcome.national ? words.name(outcome.name) : words.text("levelChart", { outcome: words.name(outcome.name), place });
  if (!(Math.abs(found.effect) > 1e-9 * Math.abs(found.level))) return [help("whyNothing", { outcome: called, year: shown.year })];
  const sentence = words.text(effect > 0 ? "whyRaises" : "whyLowers", { outcome: called, year: shown.year, amount: words.number(Math.abs(effect)), unit });
  return [
    element("p", {}, element("strong", {}, sentence)), ...drawChains(desk, causes, found),
    drawLoops(desk, causes, found, called), help("whyHelp"),
    ...(found.failed ? [help("whyFailed", { count: found.failed })] : []),
    drawLinks(desk, causes, found),
  ];
}

// Links by the names of their variables.
function nameLinks(causes) {
  const names = Object.keys(causes.variables);
  return { ...causes, links: causes.links.map((link) => link.map((at) => names[at])) };
}

async function startCuts(desk, key) {
  const { content, engine, settings, shown } = desk;
  desk.whyRuns = key;
  const valid = () => desk.whyRuns === key && JSON.stringify([desk.settings, desk.shown.year]) === key;
  const report = (part) => {
    if (desk.whyProgress) desk.whyProgress.textContent = desk.words.text("whyRunning", { part: desk.words.number(Math.round(part * 100)) });
  };
  report(0);
  try {
    const results = await engine.cut(listInputs(content, settings, { keep: () => false }), listInputs(content, settings), { ...settings.assume }, shown.year, report, valid);
    if (results) desk.why = { key, results };
  } finally {
    if (desk.whyRuns === key) desk.whyRuns = null;
    desk.whyProgress = null;
    if (desk.tab === "tabWhy") desk.showPanel();
  }
}

function drawChains(desk, causes, found) {
  const { words } = desk;
  const chains = joinLinks(causes.links, found.links, causes.limits);
  const { trunk, parts, against } = splitChains(chains, causes.limits, CHAINS);
  const write = (chain, sign = 1) => element("li", {}, ...writeChain(words, chain, sign));
  const list = (key, some, sign) => (some.length ? [element("p", {}, words.text(key)), element("ul", { class: "chains" }, ...some.map((chain) => write(chain, sign)))] : []);
  return [...list("whyAll", trunk), ...list("whyParts", parts), ...list("whyAgainst", against, -1)];
}

function writeChain(words, { variables, carried }, sign) {
  const path = variables.map((name) => words.name(name)).join(" → ");
  return [element("strong", {}, `${words.number(Math.round(100 * sign * carried))} %`), ` ${path}`];
}

function drawLoops(desk, causes, found, called) {
  const { words } = desk;
  const { overview } = causes;
  const about = element("div", { class: "about", role: "status" });
  const choose = (name) => {
    const known = causes.variables[name];
    about.replaceChildren(...(known ? describeVariable(desk, name) : [element("p", {}, words.name(name))]));
  };
  const say = (share) => (Number.isFinite(share) ? `${words.number(Math.round(share * 100))} %` : "–");
  const rows = overview.arrows.map((arrow, at) => [words.name(arrow.from), words.name(arrow.to), arrow.sign, found.arrows[at] * 100]);
  const titles = rows.map(([from, to], at) => `${from} → ${to}: ${say(found.arrows[at])}`);
  const title = words.text("loopsTitle", { outcome: called });
  const svg = drawDiagram({ overview, shares: found.arrows, names: (name) => words.name(name), label: title, titles, choose });
  const head = ["cause", "effect", "sign", "carries"].map((key) => words.text(key));
  const figure = makeFigure(words, { title, svg, rows: [head, ...rows], name: nameFile("loops", desk.view.outcome, desk.view.place), note: words.text("loopsHelp"), wide: true });
  figure.append(about);
  return figure;
}

function drawLinks(desk, causes, found) {
  const { words } = desk;
  const rows = causes.links
    .map(([from, to], at) => ({ from, to, share: found.links[at] }))
    .filter(({ share }) => Math.abs(share) >= causes.limits.least)
    .sort((one, other) => Math.abs(other.share) - Math.abs(one.share))
    .slice(0, ROWS)
    .map(({ from, to, share }) => [words.name(from), words.name(to), words.number(share * 100)]);
  const label = words.text("whyLinks");
  const head = ["cause", "effect", "carries"].map((key) => words.text(key));
  return fold(label, scroll(label, table(head, rows)));
}
