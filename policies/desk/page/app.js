// The page: builds its controls from the content, runs the engine when they move, shows results.

import { drawChart, save, toFile } from "./charts.js";
import { Engine } from "./engine.js";
import { openExplorer } from "./explore.js";
import { TOTAL, countAbove, findBand, quantile, subtract } from "./outcomes.js";
import { drawPanel } from "./panels.js";
import {
  LEVELS, Undo, applyPreset, listInputs, makeSettings, readLink, spendsNothing, sumShares, writeLink,
  writeStrategy,
} from "./settings.js";
import { Words, writeVerdict } from "./words.js";
import { button, element, select } from "./elements.js";

const GREY = "#8a8a8a";
const INK = "#222222";
const SAVED = { colours: ["#D55E00", "#009E73", "#CC79A7", "#E69F00"], most: 4 };

export class Desk {
  constructor(root, content, strings, engine) {
    Object.assign(this, { root, content, strings, engine });
    this.settings = makeSettings(content);
    this.view = { outcome: "value added", place: TOTAL, horizon: "2040", language: chooseLanguage() };
    this.tab = "tabWorth";
    this.saved = [];
    this.shown = null;
    this.notice = "";
    const linked = readLink(content, location.hash, this.view);
    if (linked) {
      this.settings = linked.settings;
      this.view = this.checkView(linked.view);
      if (linked.otherModel) this.notice = "otherModel";
    }
    this.undo = new Undo(this.settings);
    this.build();
    this.update();
  }

  get regions() {
    return this.content.regions.map((region) => region.name);
  }

  get outcome() {
    return this.content.outcomes.find((one) => one.name === this.view.outcome);
  }

  checkView(view) {
    const first = this.content.outcomes[0].name;
    const known = (list, value, other) => (list.includes(value) ? value : other);
    return {
      outcome: known(this.content.outcomes.map((one) => one.name), view.outcome, first),
      place: known([...this.regions, TOTAL], view.place, TOTAL),
      horizon: known(this.content.horizons.map(String), view.horizon, "2040"),
      language: known(["en", "zh"], view.language, "en"),
    };
  }

  // Controls ---------------------------------------------------------------------------------

  build() {
    this.words = new Words(this.strings, this.view.language);
    const t = (key, given) => this.words.text(key, given);
    document.documentElement.lang = this.view.language === "zh" ? "zh-Hans" : "en";
    document.title = t("title");
    this.status = element("p", { class: "status", role: "status" });
    this.verdict = element("div", { class: "verdict", "aria-live": "polite" });
    this.charts = element("div", { class: "charts" });
    this.panel = element("div", { class: "panel", id: "panel", role: "tabpanel" });
    this.root.replaceChildren(
      element("header", {}, element("h1", {}, t("title")), this.buildTools()),
      element("main", {}, this.buildLevers(), this.buildMiddle(), this.buildSide()),
    );
    this.showSettings();
  }

  buildTools() {
    const t = (key) => this.words.text(key);
    this.undoButton = button(t("undo"), () => this.moveUndo(-1));
    this.redoButton = button(t("redo"), () => this.moveUndo(1));
    return element(
      "div", { class: "tools" },
      this.undoButton, this.redoButton,
      button(t("reset"), () => this.change(makeSettings(this.content))),
      button(t("link"), () => this.copy(location.href)),
      button(t("strategy"), () => this.copy(writeStrategy(this.content, this.settings, "Desk"))),
      button(t("print"), () => window.print()),
      button(t("present"), () => this.present(true), { class: "present" }),
      button(t("leavePresent"), () => this.present(false), { class: "leave" }),
      button(t("language"), () => {
        this.view.language = this.view.language === "en" ? "zh" : "en";
        this.build();
        this.show();
      }, { lang: this.view.language === "en" ? "zh-Hans" : "en" }),
    );
  }

  buildLevers() {
    const t = (key, given) => this.words.text(key, given);
    const presets = [
      ["", t("own")],
      ...this.content.presets.map((one) => [one.name, this.words.name(one.title)]),
    ];
    this.preset = select("preset", presets, (name) => {
      const found = this.content.presets.find((one) => one.name === name);
      if (found) this.change(applyPreset(this.content, this.settings, found));
    });
    this.sliders = new Map();
    this.times = new Map();
    this.totals = new Map();
    const heads = LEVELS.map((level) => {
      const total = element("output", {});
      this.totals.set(level, total);
      return element("th", { scope: "col" }, t(level), total);
    });
    const rows = this.content.levers.map((lever) => this.buildLever(lever));
    const times = ["start", "ramp", "end"].map((quantity) =>
      element(
        "tr", {}, element("th", { scope: "row" }, t(quantity)),
        ...LEVELS.map((level) => element("td", {}, this.buildTime(level, quantity))),
      ),
    );
    return element(
      "section", { class: "levers", "aria-label": t("levers") },
      element("h2", {}, t("levers")),
      element("label", {}, t("preset"), " ", this.preset),
      element("p", { class: "help" }, t("leversHelp")),
      element(
        "table", {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, t("worthLever")), ...heads)),
        element("tbody", {}, ...rows, ...times),
      ),
    );
  }

  buildLever(lever) {
    const t = (key, given) => this.words.text(key, given);
    const name = this.words.name(lever.name);
    const task = lever.task && t(`task${lever.task.charAt(0).toUpperCase()}${lever.task.slice(1)}`);
    const details = element("details", {}, element("summary", {}, name));
    if (lever.description) {
      const { description, source } = this.words.lever(lever);
      details.append(
        element("p", {}, description),
        element("p", {}, t("paper", { sections: lever.paper.join(", "), task })),
        element("p", {}, t("feeds", { variable: this.words.inside(lever.feeds) })),
        element("p", {}, t("span", { most: this.words.number(lever.most * 100), source })),
      );
    }
    const most = (lever.most ?? 0.01) * 100;
    const cells = LEVELS.map((level) => {
      const label = `${name}, ${t(level)}, %`;
      const attributes = { min: 0, max: most, step: most / 100, value: 0, "aria-label": label };
      const slider = element("input", { type: "range", ...attributes });
      const field = element("input", { type: "number", ...attributes, step: "any", max: 100 });
      const set = (value) => {
        const share = Math.min(Math.max(Number(value) / 100, 0), 1);
        if (share > 0) this.settings[level].levers[lever.name] = share;
        else delete this.settings[level].levers[lever.name];
        this.update();
      };
      slider.addEventListener("input", () => set(slider.value));
      field.addEventListener("change", () => set(field.value));
      for (const input of [slider, field]) input.addEventListener("change", () => this.remember());
      this.sliders.set(`${level} ${lever.name}`, { slider, field });
      return element("td", {}, slider, field);
    });
    return element("tr", {}, element("th", { scope: "row" }, details), ...cells);
  }

  buildTime(level, quantity) {
    const t = (key) => this.words.text(key);
    const limits = quantity === "ramp" ? { min: 0.1, max: 20, step: "any" } : { min: this.content.start, max: 2100, step: 1 };
    const label = `${t(level)}: ${t(quantity)}`;
    const field = element("input", { type: "number", ...limits, "aria-label": label });
    field.addEventListener("change", () => {
      const programme = this.settings[level];
      const before = programme[quantity];
      programme[quantity] = Math.min(Math.max(Number(field.value) || before, limits.min), limits.max);
      if (programme.end <= programme.start) programme[quantity] = before;
      this.remember();
      this.update();
    });
    this.times.set(`${level} ${quantity}`, field);
    return field;
  }

  buildMiddle() {
    const t = (key, given) => this.words.text(key, given);
    const outcomes = this.content.outcomes.map((one) => [one.name, this.words.name(one.name)]);
    const places = [[TOTAL, t("total")], ...this.regions.map((name) => [name, this.words.name(name)])];
    const horizons = this.content.horizons.map((year) => [String(year), String(year)]);
    const choose = (name) => (value) => {
      this.view[name] = value;
      this.update();
    };
    this.chosen = {
      outcome: select("outcome", outcomes, choose("outcome"), this.view.outcome),
      place: select("place", places, choose("place"), this.view.place),
      horizon: select("horizon", horizons, choose("horizon"), this.view.horizon),
    };
    const file = (kind) => button(t(kind), () => this.saveChart(kind));
    return element(
      "section", { class: "middle", "aria-label": t("verdict") },
      element("h2", {}, t("verdict")), this.verdict, this.status,
      element(
        "div", { class: "choose" },
        ...["outcome", "place", "horizon"].map((name) =>
          element("label", {}, t(name), " ", this.chosen[name]),
        ),
      ),
      this.charts,
      element("div", { class: "files" }, file("png"), file("svg"), file("csv")),
      element("p", { class: "help" }, t("bandsNote", { draws: this.content.draws.count }), " ", t("chartTable")),
    );
  }

  buildSide() {
    const tabs = ["tabWorth", "tabMap", "tabSaved", "tabAssume", "tabTable", "tabTrust"];
    const list = element("div", { class: "tabs", role: "tablist" });
    this.tabs = tabs.map((name) => {
      const one = button(this.words.text(name), () => this.openTab(name), {
        role: "tab", "aria-controls": "panel", id: name,
      });
      one.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (by) this.openTab(tabs[(tabs.indexOf(name) + by + tabs.length) % tabs.length], true);
      });
      list.append(one);
      return one;
    });
    return element("section", { class: "side", "aria-label": this.words.text(this.tab) }, list, this.panel);
  }

  openTab(name, focus = false) {
    this.tab = name;
    this.showPanel();
    if (focus) this.tabs.find((one) => one.id === name).focus();
  }

  // What the user does -----------------------------------------------------------------------

  change(settings) {
    this.settings = settings;
    this.remember();
    this.update();
  }

  remember() {
    this.undo.push(this.settings);
  }

  moveUndo(by) {
    this.settings = this.undo.move(by);
    this.update();
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without the clipboard (a file opened from disk, an older browser) the old way remains.
      const area = element("textarea", {}, text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    this.say(this.words.text("copied"));
  }

  present(on) {
    document.body.classList.toggle("presenting", on);
  }

  say(text) {
    this.status.textContent = text;
  }

  saveScenario() {
    if (this.saved.length === SAVED.most || !this.shown) return;
    const number = 1 + Math.max(0, ...this.saved.map((one) => one.number));
    this.saved.push({ number, settings: structuredClone(this.settings), shown: this.shown });
    this.show();
  }

  saveChart(kind) {
    const name = `${this.view.outcome}-${this.view.place}`.replace(/[^\w-]+/g, "-");
    if (kind === "csv") {
      const rows = this.tabulate().map((row) => row.map(quoteCell).join(","));
      save(new Blob([`\ufeff${rows.join("\n")}\n`], { type: "text/csv" }), `${name}.csv`);
    } else toFile(this.charts.querySelector("svg"), kind, name);
  }

  // Runs -------------------------------------------------------------------------------------

  // The line is drawn at once; the draws follow, unless settings change before.
  update() {
    const began = performance.now();
    this.showSettings();
    const { content, engine, settings } = this;
    const last = Math.max(2040, Number(this.view.horizon));
    const inputs = listInputs(content, settings);
    let found;
    try {
      const now = engine.line(content.asNow, settings.assume, last);
      found = { last, now, then: engine.line(inputs, settings.assume, last) };
    } catch (error) {
      this.say(String(error.message));
      return;
    }
    const step = Math.max(...found.then.past.failed, ...found.then.future.failed);
    if (step >= 0) {
      const year = content.start + Math.floor(step * engine.spec.step);
      this.say(this.words.text("failed", { year }));
      return;
    }
    this.shown = { line: found, draws: null, year: Number(this.view.horizon) };
    this.say(this.words.text(this.notice || "updating"));
    this.show();
    this.lineTime = performance.now() - began;
    this.follow(inputs, last, began);
  }

  async follow(inputs, last, began) {
    const { content, engine, settings } = this;
    const generation = (engine.generation += 1);
    if (this.running) {
      this.pending = [inputs, last, began];
      return;
    }
    this.running = true;
    try {
      const now = await engine.draws(content.asNow, settings.assume, last, generation);
      const then = now && (await engine.draws(inputs, settings.assume, last, generation));
      if (then && this.shown) {
        this.shown.draws = { now, then };
        this.say(this.notice ? this.words.text(this.notice) : "");
        this.notice = "";
        const count = then.future.failed.filter((step) => step >= 0).length;
        if (count) this.say(this.words.text("failedDraws", { count, of: then.future.runs }));
        this.show();
        this.bandTime = performance.now() - began;
      }
    } catch (error) {
      this.say(String(error.message));
    } finally {
      this.running = false;
      if (this.pending) {
        const next = this.pending;
        this.pending = null;
        this.follow(...next);
      }
    }
  }

  // What is shown ----------------------------------------------------------------------------

  showSettings() {
    for (const level of LEVELS) {
      const programme = this.settings[level];
      for (const lever of this.content.levers) {
        const { slider, field } = this.sliders.get(`${level} ${lever.name}`);
        const percent = (programme.levers[lever.name] || 0) * 100;
        slider.value = percent;
        if (document.activeElement !== field) field.value = Number(percent.toPrecision(4));
      }
      for (const quantity of ["start", "ramp", "end"]) {
        this.times.get(`${level} ${quantity}`).value = programme[quantity];
      }
      this.totals.get(level).textContent = ` ${this.words.number(sumShares(programme) * 100)} %`;
    }
    const same = this.content.presets.find((one) => this.isPreset(one));
    this.preset.value = same ? same.name : "";
    this.undoButton.disabled = !this.undo.canUndo;
    this.redoButton.disabled = !this.undo.canRedo;
    history.replaceState(null, "", `#${writeLink(this.content, this.settings, this.view)}`);
  }

  isPreset(preset) {
    return LEVELS.every((level) => {
      const [mine, its] = [this.settings[level], preset.settings[level]];
      const names = new Set([...Object.keys(mine.levers), ...Object.keys(its.levers)]);
      const alike = [...names].every(
        (name) => Math.abs((mine.levers[name] || 0) - (its.levers[name] || 0)) < 1e-12,
      );
      const timed = ["start", "ramp", "end"].every((one) => mine[one] === its[one]);
      return alike && (timed || !names.size);
    });
  }

  show() {
    if (!this.shown) return;
    this.verdict.replaceChildren(
      ...writeVerdict(this.words, this.summarise()).map((text) => element("p", {}, text)),
    );
    this.showCharts();
    this.showPanel();
  }

  // Cost, gain, net benefit, odds, losers and debt of what is shown, in million yuan.
  summarise(shown = this.shown, settings = this.settings) {
    const { accounts } = this.content;
    const { line, draws } = shown;
    const slot = shown.year - this.content.start;
    const at = (results, name, cell) => results.series(name, cell)[slot];
    const changes = (pair, name) => {
      const { now, then } = { now: pair.now.future, then: pair.then.future };
      const cells = then.rows.get(name).cells;
      const sum = new Float64Array(then.runs);
      for (const cell of cells) {
        const before = at(now, name, cell);
        at(then, name, cell).forEach((value, run) => {
          sum[run] += value - before[run];
        });
      }
      return sum;
    };
    const money = (pair) => {
      const sum = new Float64Array(pair.then.future.runs);
      for (const name of accounts.money) {
        changes(pair, name).forEach((value, run) => {
          sum[run] += value;
        });
      }
      return sum;
    };
    const odds = (values) => ({
      ...countAbove(values), low: quantile(values, 0.05), high: quantile(values, 0.95),
    });
    const losers = [];
    for (const place of this.regions) {
      const change = at(line.then.future, "value added", place)[0] - at(line.now.future, "value added", place)[0];
      if (change < 0) losers.push({ place, amount: -change });
    }
    const rest = changes(line, accounts.rest)[0];
    if (rest < 0) losers.push({ place: null, amount: -rest });
    return {
      nothing: spendsNothing(settings),
      year: shown.year,
      cost: money(line)[0],
      gain: changes(line, accounts.gain)[0],
      benefit: changes(line, accounts.benefit)[0],
      gainOdds: draws && odds(changes(draws, accounts.gain)),
      benefitOdds: draws && odds(changes(draws, accounts.benefit)),
      losers,
      debt: changes(line, accounts.debt)[0],
    };
  }

  // The displayed outcome: level and change, by place, of line and draws.
  collect(place = this.view.place, shown = this.shown) {
    const { outcome } = this;
    const of = (results) => results.outcome(outcome, place, this.regions);
    const { line, draws } = shown;
    const found = {
      pastYears: line.then.past.labels, years: line.then.future.labels,
      past: of(line.then.past), now: of(line.now.future), then: of(line.then.future),
    };
    found.change = subtract(found.then, found.now);
    if (draws) {
      found.pastBand = findBand(of(draws.then.past));
      found.thenBand = findBand(of(draws.then.future));
      found.changeBand = findBand(subtract(of(draws.then.future), of(draws.now.future)));
    }
    return found;
  }

  showCharts() {
    const { outcome, view, words } = this;
    const unit = words.unit(outcome.unit);
    const factor = outcome.factor * unit.factor;
    const found = this.collect();
    const place = outcome.national ? "" : view.place === TOTAL ? words.text("total") : words.name(view.place);
    const title = outcome.national ? words.name(outcome.name) : words.text("levelChart", { outcome: words.name(outcome.name), place });
    const colour = this.content.regions.find((one) => one.name === view.place)?.colour ?? INK;
    const scale = (rows) => rows.map((row) => (row.length === 1 ? row[0] * factor : [...row].map((value) => value * factor)));
    const ends = (rows) => scale(rows).map(([low, , high]) => [low, high]);
    const format = (value) => words.number(value);
    // Drawn at the size at which it is shown, so that letters are as large as the page's.
    const width = Math.max(300, Math.min(760, this.charts.clientWidth || 640));
    const charts = [];
    if (!outcome.onlyChanges) {
      const layers = [];
      if (found.thenBand) {
        layers.push({ kind: "band", years: [...found.pastYears, ...found.years], values: ends([...found.pastBand, ...found.thenBand]), colour });
      }
      layers.push(
        { kind: "line", years: found.years, values: scale(found.now), colour: GREY, dashed: "4 3" },
        { kind: "line", years: [...found.pastYears, ...found.years], values: scale([...found.past, ...found.then]), colour },
      );
      for (const figures of this.content.history) {
        if (figures.outcome === outcome.name && figures.region === view.place) {
          layers.push({ kind: "points", years: figures.years, values: figures.values.map((value) => value * factor), colour });
        }
      }
      charts.push([title, drawChart({ width, height: 260, layers, label: title, unit: unit.name, format, mark: this.content.start })]);
    }
    const layers = [];
    if (found.changeBand) layers.push({ kind: "band", years: found.years, values: ends(found.changeBand), colour });
    layers.push({ kind: "line", years: found.years, values: scale(found.change), colour });
    this.saved.forEach((one, at) => {
      const its = this.collect(view.place, one.shown);
      layers.push({ kind: "line", years: its.years, values: scale(its.change), colour: SAVED.colours[at], dashed: "6 3" });
    });
    const label = words.text("changeChart");
    charts.push([label, drawChart({ width, height: 190, layers, label, unit: unit.name, format, zero: true })]);
    const figures = charts.map(([caption, svg]) => element("figure", {}, element("figcaption", {}, caption), svg));
    if (!outcome.national && view.place === TOTAL) figures.push(this.drawRegions(factor, unit.name, format));
    this.charts.replaceChildren(...figures);
  }

  drawRegions(factor, unit, format) {
    const small = this.content.regions.map(({ name, colour }) => {
      const found = this.collect(name);
      const layers = [];
      if (found.changeBand) {
        layers.push({ kind: "band", years: found.years, values: found.changeBand.map(([low, , high]) => [low * factor, high * factor]), colour });
      }
      layers.push({ kind: "line", years: found.years, values: found.change.map(([value]) => value * factor), colour });
      const label = this.words.name(name);
      const svg = drawChart({ width: 210, height: 130, layers, label, unit, format, zero: true });
      return element("figure", {}, element("figcaption", {}, label), svg);
    });
    return element("div", { class: "small", role: "group", "aria-label": this.words.text("regionsChart") }, ...small);
  }

  showPanel() {
    for (const one of this.tabs) {
      one.setAttribute("aria-selected", String(one.id === this.tab));
      one.tabIndex = one.id === this.tab ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", this.tab);
    if (this.shown) this.panel.replaceChildren(...drawPanel[this.tab](this));
  }

  // The chart's numbers: a header, then a row a year.
  tabulate() {
    const { outcome, words } = this;
    const unit = words.unit(outcome.unit);
    const factor = outcome.factor * unit.factor;
    const found = this.collect();
    const head = ["year", "asNow", "programme", "change", "low", "median", "high"].map((key) => words.text(key));
    head[1] += ` (${unit.name})`;
    const rows = found.years.map((year, slot) => [
      year,
      ...[found.now, found.then, found.change].map((rows_) => rows_[slot][0] * factor),
      ...(found.changeBand ? found.changeBand[slot].map((value) => value * factor) : [NaN, NaN, NaN]),
    ]);
    return [head, ...rows];
  }
}

function quoteCell(cell) {
  const text = typeof cell === "number" ? (Number.isFinite(cell) ? String(cell) : "") : cell;
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function chooseLanguage() {
  return navigator.language?.startsWith("zh") ? "zh" : "en";
}

export async function open() {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const [content, strings, worker] = ["content", "strings", "worker"].map(read);
  const root = document.getElementById("desk");
  const language = chooseLanguage();
  if (content.mode === "model") {
    await openExplorer(root, content, strings, language);
    return;
  }
  root.textContent = new Words(strings, language).text("loading", { draws: content.draws.count });
  const engine = await Engine.start(content, worker);
  const desk = new Desk(root, content, strings, engine);
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape") desk.present(false);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && event.target.type !== "number") {
      desk.moveUndo(event.shiftKey ? 1 : -1);
      event.preventDefault();
    }
  });
  window.addEventListener("hashchange", () => {
    const linked = readLink(content, location.hash, desk.view);
    if (!linked) return;
    desk.view = desk.checkView(linked.view);
    desk.settings = linked.settings;
    desk.notice = linked.otherModel ? "otherModel" : "";
    desk.build();
    desk.change(linked.settings);
  });
  window.desk = desk;
}
