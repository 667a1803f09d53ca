// The panels beside the charts: worth of levers, map, scenarios, assumptions, numbers, trust.

import { button, element, select, table } from "./elements.js";
import { Results, countAbove, quantile } from "./outcomes.js";
import { LEVELS, listInputs, spendsNothing, sumShares } from "./settings.js";

// Money of the map, share of value added.
const BUDGETS = [0.0005, 0.001, 0.002, 0.005, 0.0075, 0.01, 0.02, 0.03];

export const drawPanel = {
  tabWorth: drawWorth,
  tabMap: drawMap,
  tabSaved: drawSaved,
  tabAssume: drawAssumptions,
  tabTable: drawTable,
  tabTrust: drawTrust,
};

function help(desk, key, given) {
  return element("p", { class: "help" }, desk.words.text(key, given));
}

// What would be lost without each lever, by runs of the best fit without it.
function drawWorth(desk) {
  const { settings, words } = desk;
  if (spendsNothing(settings)) return [help(desk, "mapNothing")];
  const year = Number(desk.view.horizon);
  // While draws are running they come first; what was computed for these settings is kept.
  const key = JSON.stringify([settings, year]);
  if (desk.worth?.key !== key) {
    if (!desk.shown.draws) return [help(desk, "updating")];
    desk.worth = { key, rows: computeWorth(desk, year) };
  }
  const head = ["worthLever", "worthLevel", "worthCost", "worthGain", "worthBenefit"].map((name) => words.text(name));
  const unit = words.unit("bn yuan");
  const format = (value) => words.number((value / 1000) * unit.factor);
  return [
    help(desk, "worthHelp", { year }),
    table(
      head,
      desk.worth.rows.map((row) => [words.name(row.name), words.text(row.level), format(row.cost), format(row.gain), format(row.benefit)]),
      unit.name,
    ),
  ];
}

function computeWorth(desk, year) {
  const { content, engine, settings } = desk;
  const keys = LEVELS.flatMap((level) =>
    Object.keys(settings[level].levers).map((name) => ({ level, name })),
  );
  const variants = keys.map(({ level, name }) =>
    listInputs(content, settings, 1, `${level} ${name}`),
  );
  const whole = listInputs(content, settings);
  const found = engine.variants([whole, ...variants], settings.assume, year);
  const slot = year - content.start;
  const ends = (name) => {
    const sum = new Float64Array(found.runs);
    for (const cell of found.rows.get(name).cells) {
      found.series(name, cell)[slot].forEach((value, run) => {
        sum[run] += value;
      });
    }
    return sum;
  };
  const [gain, benefit] = [ends(content.accounts.gain), ends(content.accounts.benefit)];
  const money = found.money(content.accounts.money);
  return keys
    .map(({ level, name }, at) => ({
      level, name,
      cost: money[0] - money[at + 1], gain: gain[0] - gain[at + 1], benefit: benefit[0] - benefit[at + 1],
    }))
    .sort((one, other) => other.benefit - one.benefit);
}

// Net benefit a yuan and its odds, over money and horizon.
function drawMap(desk) {
  const { content, words, settings } = desk;
  const key = JSON.stringify([settings, content.draws.count]);
  const parts = [help(desk, "mapHelp", { draws: content.draws.count })];
  if (spendsNothing(settings)) return [help(desk, "mapNothing")];
  if (desk.map?.key === key) return [...parts, drawMapTable(desk)];
  const progress = element("p", { role: "status" });
  parts.push(
    button(words.text("mapRun"), async (event) => {
      event.target.disabled = true;
      await computeMap(desk, key, (done) => {
        progress.textContent = `${done} / ${BUDGETS.length + 1}`;
      });
      if (desk.tab === "tabMap") desk.showPanel();
    }),
    progress,
  );
  return parts;
}

async function computeMap(desk, key, report) {
  const { content, engine, settings } = desk;
  const last = Math.max(...content.horizons);
  const assume = { ...settings.assume };
  const run = async (inputs) => new Results(engine.spec, await engine.ask("future", { inputs, assume, last }));
  const total = LEVELS.reduce((sum, level) => sum + sumShares(settings[level]), 0);
  const chosen = structuredClone(settings);
  const now = await run(content.asNow);
  report(1);
  const rows = [];
  for (const [at, budget] of BUDGETS.entries()) {
    const then = await run(listInputs(content, chosen, budget / total));
    report(at + 2);
    rows.push(
      content.horizons.map((year) => {
        const slot = year - content.start;
        const end = (results, name) => {
          const sum = new Float64Array(results.runs);
          for (const cell of results.rows.get(name).cells) {
            results.series(name, cell)[slot].forEach((value, run_) => {
              sum[run_] += value;
            });
          }
          return sum;
        };
        const change = (name) => end(then, name).map((value, run_) => value - end(now, name)[run_]);
        const money = content.accounts.money.map(change);
        const benefit = change(content.accounts.benefit);
        const ratio = benefit.map((value, run_) => value / money.reduce((sum, one) => sum + one[run_], 0));
        return { median: quantile(ratio, 0.5), ...countAbove(benefit) };
      }),
    );
  }
  desk.map = { key, rows };
}

function drawMapTable(desk) {
  const { content, map, words } = desk;
  const rows = map.rows.map((row, at) => [
    `${words.number(BUDGETS[at] * 100)} %`,
    ...row.map(({ median, above, of }) =>
      [element("span", { class: median >= 0 ? "above" : "below" }, words.number(median)), ` (${above}/${of})`],
    ),
  ]);
  return table([words.text("mapMoney"), ...content.horizons.map(String)], rows);
}

function drawSaved(desk) {
  const { words } = desk;
  const head = ["savedName", "worthCost", "worthGain", "worthBenefit", "odds"].map((key) => words.text(key));
  const rows = desk.saved.map((one) => {
    const found = desk.summarise({ ...one.shown }, one.settings);
    const odds = found.benefitOdds;
    const name = words.text("scenario", { number: one.number });
    return [
      [
        name, " ",
        button(words.text("open"), () => desk.change(structuredClone(one.settings)), { "aria-label": `${words.text("open")}: ${name}` }),
        button(words.text("remove"), () => {
          desk.saved = desk.saved.filter((other) => other !== one);
          desk.show();
        }, { "aria-label": `${words.text("remove")}: ${name}` }),
      ],
      words.money(found.cost), words.money(found.gain), words.money(found.benefit),
      odds ? words.text("ofDraws", odds) : "–",
    ];
  });
  return [help(desk, "savedHelp"), button(words.text("save"), () => desk.saveScenario()), ...(rows.length ? [table(head, rows)] : [])];
}

function drawAssumptions(desk) {
  const { content, settings, words } = desk;
  const chosen = Object.keys(settings.assume);
  const known = new Map(content.assumptions.map((one) => [one.name, one]));
  const list = content.assumptions.map((one) => [one.name, one.name]);
  const add = select("assumption", [["", words.text("assumeAdd")], ...list], (name) => {
    if (!known.has(name)) return;
    settings.assume[name] = known.get(name).value;
    desk.remember();
    desk.update();
  });
  add.setAttribute("aria-label", words.text("assumeAdd"));
  return [
    help(desk, "assumeHelp"), add,
    ...chosen.map((name) => drawAssumption(desk, known.get(name))),
  ];
}

function drawAssumption(desk, one) {
  const { settings, words } = desk;
  // A slider moves evenly in the logarithm where the constant is believed to vary by factors.
  const toSlider = (value) => (one.log ? Math.log(value / one.low) / Math.log(one.high / one.low) : (value - one.low) / (one.high - one.low));
  const fromSlider = (at) => (one.log ? one.low * (one.high / one.low) ** at : one.low + at * (one.high - one.low));
  const value = settings.assume[one.name];
  const shown = element("output", {}, `${words.number(value)} ${one.unit}`);
  const slider = element("input", { type: "range", min: 0, max: 1, step: 0.01, "aria-label": one.name });
  slider.value = toSlider(value);
  slider.addEventListener("change", () => {
    settings.assume[one.name] = Number(fromSlider(Number(slider.value)).toPrecision(6));
    desk.remember();
    desk.update();
  });
  slider.addEventListener("input", () => {
    shown.textContent = `${words.number(fromSlider(Number(slider.value)))} ${one.unit}`;
  });
  return element(
    "fieldset", {},
    element("legend", {}, one.name), slider, shown,
    button(words.text("assumeReset"), () => {
      delete settings.assume[one.name];
      desk.remember();
      desk.update();
    }),
    element("p", { class: "help" }, `${one.definition} (${words.text("assumeValue", { value: words.number(one.value) })})`),
    element("details", {}, element("summary", {}, words.text("assumeWhy")), element("p", {}, one.reason)),
  );
}

function drawTable(desk) {
  const [head, ...rows] = desk.tabulate();
  const format = (cell, at) => (at === 0 ? String(cell) : desk.words.number(cell));
  return [table(head, rows.map((row) => row.map(format)), desk.words.name(desk.outcome.name)), element("p", { class: "help" }, desk.outcome.definition)];
}

function drawTrust(desk) {
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
