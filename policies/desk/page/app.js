// The page: runs the engine when controls move, and shows results.

import { SAVED, drawScene } from "./charts/scene.js";
import { button, element, select } from "./controls/elements.js";
import { Levers } from "./controls/levers.js";
import { readLink, writeLink } from "./controls/link.js";
import { EVERYWHERE, Undo, listInputs, makeSettings } from "./controls/settings.js";
import { buildTools, listenToKeys, writePaper } from "./controls/tools.js";
import { Words, writeVerdict } from "./controls/words.js";
import { openExplorer } from "./explore.js";
import { drawPanel } from "./panels/panels.js";
import { Engine } from "./run/engine.js";
import { TOTAL } from "./run/outcomes.js";
import { collect, summarise } from "./run/summary.js";

// Browsers take no more than some addresses a second: the last one within this time is written.
const ADDRESS_PAUSE = 200; // ms

export class Desk {
  constructor(root, content, strings, engine) {
    Object.assign(this, { root, content, strings, engine });
    this.settings = makeSettings(content);
    const outcome = content.outcomes.some(({ name }) => name === content.accounts.size) ? content.accounts.size : content.outcomes[0].name;
    this.view = { outcome, place: TOTAL, horizon: "2040", scope: EVERYWHERE, language: chooseLanguage() };
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

  get presenting() {
    return document.body.classList.contains("presenting");
  }

  checkView(view) {
    const first = this.content.outcomes[0].name;
    const known = (list, value, other) => (list.includes(value) ? value : other);
    return {
      outcome: known(this.content.outcomes.map((one) => one.name), view.outcome, first),
      place: known([...this.regions, TOTAL], view.place, TOTAL),
      horizon: known(this.content.horizons.map(String), view.horizon, "2040"),
      scope: known([...this.regions, EVERYWHERE], view.scope, EVERYWHERE),
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
    this.panel = element("div", { class: "panel", id: "panel", role: "tabpanel", tabindex: "0" });
    this.paper = element("section", { class: "paper", "aria-hidden": "true" });
    this.tools = buildTools(this);
    this.levers = new Levers(this);
    this.root.replaceChildren(
      element("header", {}, element("h1", {}, t("title")), this.tools.node),
      element(
        "main", {}, this.levers.node,
        element("div", { class: "answer" }, this.buildMiddle(), this.buildSide(), this.paper),
      ),
    );
    this.showSettings();
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
    this.defined = element("p", { class: "help" });
    return element(
      "section", { class: "middle", "aria-label": t("verdict") },
      element("h2", {}, t("verdict")), this.verdict, this.status,
      element(
        "div", { class: "choose" },
        ...["outcome", "place", "horizon"].map((name) => element("label", {}, t(name), " ", this.chosen[name])),
      ),
      this.charts,
      element("p", { class: "help" }, t("bandsNote", { draws: this.content.draws.count })),
    );
  }

  buildSide() {
    const tabs = Object.keys(drawPanel);
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
    return element("section", { class: "side", "aria-label": this.words.text("tabsLabel") }, list, this.panel);
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
    this.tools.show();
  }

  moveUndo(by) {
    this.settings = this.undo.move(by);
    this.update();
  }

  speak(language) {
    this.view.language = language;
    this.build();
    this.show();
  }

  say(text) {
    this.status.textContent = text;
  }

  get address() {
    return `#${writeLink(this.content, this.settings, this.view)}`;
  }

  // Open what a link holds.
  follow(hash) {
    const linked = readLink(this.content, hash, this.view);
    if (!linked) return;
    this.view = this.checkView(linked.view);
    this.notice = linked.otherModel ? "otherModel" : "";
    this.settings = linked.settings;
    this.build();
    this.change(linked.settings);
  }

  saveScenario(name) {
    if (this.saved.length === SAVED.most || !this.shown) return;
    const number = 1 + Math.max(0, ...this.saved.map((one) => one.number));
    const called = name.trim() || this.words.text("scenario", { number });
    this.saved.push({ number, name: called, settings: structuredClone(this.settings), shown: this.shown });
    this.show();
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
    const broken = [found.now.past, found.now.future, found.then.future].find(({ failed }) => failed[0] >= 0);
    if (broken) {
      this.sayFailure(engine.findFailure(broken.parts[0]));
      return;
    }
    this.shown = { line: found, draws: null, year: Number(this.view.horizon) };
    this.say(this.words.text(this.notice || "updating"));
    this.show();
    this.lineTime = performance.now() - began;
    this.runDraws(inputs, last, began);
  }

  // Name what failed and when. What is shown stays; draws that are running for it are let go.
  sayFailure({ variable, cell, reason, time }) {
    this.engine.generation += 1;
    const { words } = this;
    const name = variable ? words.cell(variable, cell) : words.text("failUnknown");
    const year = Math.floor(time + 1e-9);
    this.say(words.text("failed", { year, variable: name, reason: words.text(reason) }));
  }

  async runDraws(inputs, last, began) {
    const { content, engine, settings } = this;
    const generation = (engine.generation += 1);
    if (this.running) {
      this.pending = [inputs, last, began];
      return;
    }
    this.running = true;
    const assume = { ...settings.assume };
    try {
      const now = await engine.draws(content.asNow, assume, last, generation);
      const then = now && (await engine.draws(inputs, assume, last, generation));
      if (then && this.shown) {
        this.shown.draws = { now, then };
        const count = then.future.failed.filter((step) => step >= 0).length;
        const failed = count ? this.words.text("failedDraws", { count, of: then.future.runs }) : "";
        this.say(this.notice ? this.words.text(this.notice) : failed);
        this.notice = "";
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
        this.runDraws(...next);
      }
    }
  }

  // What is shown ----------------------------------------------------------------------------

  showSettings() {
    this.levers.show();
    this.tools.show();
    clearTimeout(this.addressing);
    this.addressing = setTimeout(() => this.writeAddress(), ADDRESS_PAUSE);
  }

  writeAddress() {
    clearTimeout(this.addressing);
    if (location.hash !== this.address) history.replaceState(null, "", this.address);
  }

  show() {
    if (!this.shown) return;
    this.verdict.replaceChildren(
      ...writeVerdict(this.words, this.summarise()).map((text) => element("p", {}, text)),
    );
    this.levers.show();
    this.charts.replaceChildren(...drawScene(this));
    this.showPanel();
    this.paper.replaceChildren(...writePaper(this));
  }

  summarise(shown = this.shown, settings = this.settings) {
    return summarise(this.content, shown, settings);
  }

  collect(place = this.view.place, shown = this.shown, outcome = this.outcome) {
    return collect(shown, outcome, place, this.regions);
  }

  // The unit in which an outcome is shown, and the factor from the model's.
  scale(outcome = this.outcome) {
    const { name, factor } = this.words.unit(outcome.unit);
    return { unit: name, factor };
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
    const { words } = this;
    const { unit, factor } = this.scale();
    const found = this.collect();
    const head = ["year", "asNow", "programme", "change", "low", "median", "high"].map((key) => words.text(key));
    head[1] += ` (${unit})`;
    const rows = found.years.map((year, slot) => [
      year,
      ...[found.now, found.then, found.change].map((rows_) => rows_[slot][0] * factor),
      ...(found.changeBand ? found.changeBand[slot].map((value) => value * factor) : [NaN, NaN, NaN]),
    ]);
    return [head, ...rows];
  }
}

/** That in which the page was written, or else that of the browser. */
function chooseLanguage() {
  const chinese = [document.documentElement.lang, navigator.language].some((one) => one?.startsWith("zh"));
  return chinese ? "zh" : "en";
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
  listenToKeys(desk);
  window.addEventListener("hashchange", () => {
    if (location.hash !== desk.address) desk.follow(location.hash);
  });
  window.desk = desk;
}
