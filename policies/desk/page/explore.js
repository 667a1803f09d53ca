// The desk of any model: a slider for every constant with a range, a chart of any variable.

import { makeFigure, nameFile } from "./charts/figure.js";
import { drawChart } from "./charts/lines.js";
import { button, element, select, table } from "./controls/elements.js";
import { compileModule, prepareSpec } from "./run/engine.js";
import { Kernel, makeTimes } from "./run/kernel.js";
import { Failures } from "./run/failures.js";
import { Undo } from "./controls/settings.js";
import { Words } from "./controls/words.js";

const LINES = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222"];
const OWN = "#8a8a8a";

export class Explorer {
  constructor(root, content, strings, kernel, language) {
    Object.assign(this, { root, content, strings, kernel });
    this.values = {};
    this.view = { variable: content.chosen, language };
    this.readLink();
    this.undo = new Undo(this.values);
    this.own = this.run({});
    this.build();
    this.update();
  }

  // Runs -------------------------------------------------------------------------------------

  run(inputs) {
    const { first, last, every } = this.content;
    const { times, kept, labels } = makeTimes(first, last, this.kernel.spec.step, every);
    return { ...this.kernel.run({ times, kept, runs: 1, inputs }), labels, times };
  }

  update() {
    this.showValues();
    const found = this.run(this.values);
    if (found.failed[0] >= 0) {
      this.status.textContent = this.sayFailure(found);
      return;
    }
    this.status.textContent = "";
    this.shown = found;
    this.show();
  }

  // Name what failed and when.
  sayFailure({ broken }) {
    const { content, kernel, words } = this;
    const first = broken.step === 0;
    this.failures ??= content.failures && new Failures(content.failures, kernel.spec.tables);
    const found = this.failures?.find({ ...broken, states: first ? null : broken.states });
    const variable = found ? words.cell(found.variable, found.cell) : words.text("failUnknown");
    const reason = words.text(found?.reason ?? "failOverflow");
    return words.text("failed", { year: words.number(broken.time), variable, reason });
  }

  series(result, name) {
    let row = 0;
    for (const [variable, cells] of this.kernel.spec.outputs) {
      if (variable === name) {
        return cells.map((cell, at) => [
          cell,
          result.labels.map((_, slot) => result.values[((row + at) * result.slots + slot) * result.stride]),
        ]);
      }
      row += cells.length;
    }
    return [];
  }

  // Controls ---------------------------------------------------------------------------------

  build() {
    this.words = new Words(this.strings, this.view.language);
    const t = (key) => this.words.text(key);
    document.documentElement.lang = this.view.language === "zh" ? "zh-Hans" : "en";
    document.title = this.content.title;
    this.status = element("p", { class: "status", role: "status" });
    this.charts = element("div", { class: "charts" });
    this.panel = element("div", { class: "panel" });
    this.undoButton = button(t("undo"), () => this.moveUndo(-1));
    this.redoButton = button(t("redo"), () => this.moveUndo(1));
    const tools = element(
      "div", { class: "tools" },
      this.undoButton, this.redoButton,
      button(t("reset"), () => {
        this.values = {};
        this.remember();
      }),
      button(t("print"), () => window.print()),
      button(t("language"), () => {
        this.view.language = this.view.language === "en" ? "zh" : "en";
        this.build();
        this.update();
      }, { lang: this.view.language === "en" ? "zh-Hans" : "en" }),
    );
    this.sliders = new Map();
    const constants = element(
      "section", { class: "levers", "aria-label": t("constants") },
      element("h2", {}, t("constants")), element("p", { class: "help" }, t(this.content.assumed ? "constantsAssumed" : "constantsHelp")),
      ...this.content.constants.map((one) => this.buildConstant(one)),
    );
    const variables = this.content.variables.map((one) => [one.name, one.name]);
    const chosen = select("variable", variables, (name) => {
      this.view.variable = name;
      this.update();
    }, this.view.variable);
    const middle = element(
      "section", { class: "middle", "aria-label": t("outcome") },
      this.status, element("label", {}, t("outcome"), " ", chosen), this.charts,
      element("p", { class: "help" }, t("exploreNote")),
    );
    const side = element("section", { class: "side", "aria-label": t("tabTable") }, element("h2", {}, t("tabTable")), this.panel);
    this.root.replaceChildren(
      element("header", {}, element("h1", {}, this.content.title), tools),
      element("main", {}, constants, element("div", { class: "answer" }, middle, side)),
    );
  }

  buildConstant(one) {
    const attributes = { min: one.low, max: one.high, step: "any", "aria-label": one.name };
    const slider = element("input", { type: "range", ...attributes });
    const field = element("input", { type: "number", ...attributes });
    const set = (value) => {
      if (value === "" || !Number.isFinite(Number(value))) return;
      const number = Math.min(Math.max(Number(value), one.low), one.high);
      if (number === one.value) delete this.values[one.name];
      else this.values[one.name] = Number(number.toPrecision(6));
      this.update();
    };
    slider.addEventListener("input", () => set(slider.value));
    field.addEventListener("change", () => set(field.value));
    for (const input of [slider, field]) input.addEventListener("change", () => this.remember());
    this.sliders.set(one.name, { slider, field, one });
    return element(
      "fieldset", {}, element("legend", {}, one.name), slider, field, ` ${one.unit}`,
      ...(one.definition ? [element("p", { class: "help" }, one.definition)] : []),
    );
  }

  remember() {
    this.undo.push(this.values);
    this.update();
  }

  moveUndo(by) {
    this.values = this.undo.move(by);
    this.update();
  }

  // What is shown ----------------------------------------------------------------------------

  showValues() {
    for (const { slider, field, one } of this.sliders.values()) {
      const value = this.values[one.name] ?? one.value;
      slider.value = value;
      if (document.activeElement !== field) field.value = value;
    }
    this.undoButton.disabled = !this.undo.canUndo;
    this.redoButton.disabled = !this.undo.canRedo;
    const parts = new URLSearchParams([["variable", this.view.variable]]);
    for (const [name, value] of Object.entries(this.values)) parts.append("set", `${name}:${value}`);
    history.replaceState(null, "", `#${parts}`);
  }

  readLink() {
    const parts = new URLSearchParams(location.hash.replace(/^#/, ""));
    const ranges = new Map(this.content.constants.map((one) => [one.name, one]));
    for (const entry of parts.getAll("set")) {
      const at = entry.lastIndexOf(":");
      const range = ranges.get(entry.slice(0, at));
      const value = Number(entry.slice(at + 1) || NaN);
      if (range && value >= range.low && value <= range.high) this.values[range.name] = value;
    }
    const variable = parts.get("variable");
    if (this.content.variables.some((one) => one.name === variable)) this.view.variable = variable;
  }

  show() {
    const { view, words } = this;
    const variable = this.content.variables.find((one) => one.name === view.variable);
    const [now, own] = [this.series(this.shown, view.variable), this.series(this.own, view.variable)];
    const years = this.shown.labels;
    const layers = [
      ...own.map(([, values]) => ({ kind: "line", years, values, colour: OWN, dashed: "4 3" })),
      ...now.map(([, values], at) => ({ kind: "line", years, values, colour: LINES[at % LINES.length] })),
    ];
    const width = Math.max(300, Math.min(760, this.charts.clientWidth || 640));
    const format = (value) => words.number(value);
    const svg = drawChart({ width, height: 340, layers, label: view.variable, unit: variable.unit, format });
    const key = now.length > 1
      ? [element("p", { class: "help" }, ...now.flatMap(([cell], at) => [element("span", { class: `key${at % LINES.length}` }, cell), "  "]))]
      : [];
    const columns = [words.text("time"), ...now.map(([cell]) => cell || view.variable), ...own.map(([cell]) => `${cell || view.variable}, ${words.text("ownValues")}`)];
    const lines = years.map((year, slot) => [year, ...[...now, ...own].map(([, values]) => values[slot])]);
    this.charts.replaceChildren(
      makeFigure(words, { title: view.variable, svg, rows: [columns, ...lines], name: nameFile(this.content.title, view.variable) }), ...key,
      element("p", { class: "help" }, variable.definition),
    );
    const head = [words.text("time"), ...now.map(([cell]) => cell || view.variable)];
    const rows = years.map((year, slot) => [String(year), ...now.map(([, values]) => words.number(values[slot]))]);
    this.panel.replaceChildren(table(head, rows, variable.unit));
  }
}

export async function openExplorer(root, content, strings, language) {
  const kernel = new Kernel(await compileModule(content.kernel), prepareSpec(content.kernel));
  window.desk = new Explorer(root, content, strings, kernel, language);
}
