// The column of levers: for each a slider and a field at both levels of government.

import { element, fold, select } from "./elements.js";
import { EVERYWHERE, LEVELS, applyPreset, setShare, shareOf, sumShares } from "./settings.js";

const FREQUENT = 6; // significant digits of a share that a field shows

export class Levers {
  constructor(desk) {
    this.desk = desk;
    this.sliders = new Map();
    this.times = new Map();
    this.totals = new Map();
    this.node = this.build();
  }

  build() {
    const { desk } = this;
    const t = (key, given) => desk.words.text(key, given);
    this.preset = select("preset", this.listPresets(), (name) => {
      const found = desk.content.presets.find((one) => one.name === name);
      if (found) desk.change(applyPreset(desk.content, desk.settings, found));
    });
    this.about = element("p", { class: "help", "aria-live": "polite" });
    const heads = LEVELS.map((level) => {
      const total = element("output", {});
      this.totals.set(level, total);
      const title = level === "local" && desk.regions.length > 1 ? this.buildScope() : t(level);
      return element("th", { scope: "col" }, title, total);
    });
    const rows = desk.content.levers.map((lever) => this.buildLever(lever));
    const times = ["start", "ramp", "end"].map((quantity) =>
      element(
        "tr", {}, element("th", { scope: "row" }, t(quantity)),
        ...LEVELS.map((level) => element("td", {}, this.buildTime(level, quantity))),
      ),
    );
    return element(
      "section", { class: "levers", "aria-label": t("levers") },
      element("h2", {}, t("levers")),
      element("label", {}, t("preset"), " ", this.preset), this.about,
      element("p", { class: "help" }, t("leversHelp")),
      element(
        "table", {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, t("worthLever")), ...heads)),
        element("tbody", {}, ...rows, ...times),
      ),
    );
  }

  listPresets() {
    const { content, words } = this.desk;
    const name = (one) => [one.name, words.name(one.title)];
    const [shipped, published] = [false, true].map((wanted) => content.presets.filter((one) => Boolean(one.source) === wanted).map(name));
    const groups = [["", words.text("own")], ...shipped];
    return published.length ? [...groups, [words.text("published"), published]] : groups;
  }

  // Which regions the sliders of the regions' column move.
  buildScope() {
    const { desk } = this;
    const t = (key) => desk.words.text(key);
    const places = [[EVERYWHERE, t("local")], ...desk.regions.map((name) => [name, desk.words.name(name)])];
    this.scope = select("scope", places, (place) => {
      desk.view.scope = place;
      this.show();
    }, desk.view.scope);
    this.scope.setAttribute("aria-label", t("scope"));
    return this.scope;
  }

  buildLever(lever) {
    const { desk } = this;
    const name = desk.words.name(lever.name);
    const most = (lever.most ?? 0.01) * 100;
    const cells = LEVELS.map((level) => {
      const label = `${name}, ${desk.words.text(level)}, %`;
      const attributes = { min: 0, max: most, value: 0, "aria-label": label };
      const slider = element("input", { type: "range", ...attributes, step: most / 100 });
      const field = element("input", { type: "number", ...attributes, step: "any", max: 100 });
      const set = (value) => {
        if (value === "" || !Number.isFinite(Number(value))) return;
        const share = Math.min(Math.max(Number(value) / 100, 0), 1);
        setShare(desk.settings[level], lever.name, share, this.placeOf(level), desk.regions);
        desk.update();
      };
      slider.addEventListener("input", () => set(slider.value));
      field.addEventListener("change", () => set(field.value));
      for (const input of [slider, field]) input.addEventListener("change", () => desk.remember());
      this.sliders.set(`${level} ${lever.name}`, { slider, field });
      return element("td", {}, slider, field);
    });
    const row = element("tr", {}, element("th", { scope: "row" }, fold(name, ...this.describe(lever))), ...cells);
    return row;
  }

  // What a lever is, where the paper has it, what it has cost and brought, and its evidence.
  describe(lever) {
    const { words, content } = this.desk;
    const t = (key, given) => words.text(key, given);
    if (!lever.description) return [];
    const { description, source } = words.lever(lever);
    const task = lever.task && t(`task${lever.task.charAt(0).toUpperCase()}${lever.task.slice(1)}`);
    const years = { first: content.first, last: content.start - 1 };
    const cited = lever.evidence.map((one) =>
      element("li", {}, `${words.name(one.name)}: ${one.value === null ? "" : `${words.number(one.value)} ${one.unit}; `}${one.source}`),
    );
    return [
      element("p", {}, description),
      element("p", {}, t("paper", { sections: lever.paper.join(", "), task })),
      element("p", {}, t("soFar", { ...years, cost: words.money(lever.cost), gain: words.money(lever.gain) })),
      element("p", {}, t("feeds", { variable: words.inside(lever.feeds) })),
      element("p", {}, t("span", { most: words.number(lever.most * 100), source })),
      ...(cited.length ? [fold(t("evidence"), element("ul", { lang: "en" }, ...cited))] : []),
    ];
  }

  buildTime(level, quantity) {
    const { desk } = this;
    const t = (key) => desk.words.text(key);
    const limits = quantity === "ramp" ? { min: 0.1, max: 20, step: "any" } : { min: desk.content.start, max: 2100, step: 1 };
    const field = element("input", { type: "number", ...limits, "aria-label": `${t(level)}: ${t(quantity)}` });
    field.addEventListener("change", () => {
      const programme = desk.settings[level];
      const before = programme[quantity];
      programme[quantity] = Math.min(Math.max(Number(field.value) || before, limits.min), limits.max);
      if (programme.end <= programme.start) programme[quantity] = before;
      desk.remember();
      desk.update();
    });
    this.times.set(`${level} ${quantity}`, field);
    return field;
  }

  placeOf(level) {
    return level === "local" ? this.desk.view.scope : EVERYWHERE;
  }

  // Write the settings into the controls; the field that is being edited is left alone.
  show() {
    const { desk } = this;
    const { content, settings, words } = desk;
    for (const level of LEVELS) {
      const programme = settings[level];
      const place = this.placeOf(level);
      for (const lever of content.levers) {
        const { slider, field } = this.sliders.get(`${level} ${lever.name}`);
        const percent = shareOf(programme, lever.name, place) * 100;
        slider.value = percent;
        slider.setAttribute("aria-valuetext", `${words.number(percent)} %`);
        if (document.activeElement !== field) field.value = Number(percent.toPrecision(FREQUENT));
      }
      for (const quantity of ["start", "ramp", "end"]) {
        this.times.get(`${level} ${quantity}`).value = programme[quantity];
      }
      const share = sumShares(programme, place);
      this.totals.get(level).textContent = ` ${words.number(share * 100)} %${this.writeMoney(level, share, place)}`;
    }
    const same = content.presets.find((one) => this.isPreset(one));
    this.preset.value = same ? same.name : "";
    const from = same?.source ? ` ${words.text("presetSource", { source: same.source })}` : "";
    this.about.textContent = same ? `${words.about(same)}${from}` : "";
  }

  // What a share of value added is in yuan in the first year.
  writeMoney(level, share, place) {
    const { desk } = this;
    if (!desk.shown || !(share > 0)) return "";
    const { future } = desk.shown.line.now;
    const places = level === "central" || place === EVERYWHERE ? desk.regions : [place];
    const sizes = places.map((one) => future.series(desk.content.accounts.size, one)[0][0]);
    let money = share * sizes.reduce((sum, one) => sum + one, 0);
    const { places: own } = desk.settings[level];
    if (own && place === EVERYWHERE) {
      money = places.reduce((sum, one, at) => sum + sumShares(desk.settings[level], one) * sizes[at], 0);
    }
    return `, ${desk.words.text("aYear", { money: desk.words.money(money) })}`;
  }

  isPreset(preset) {
    const { content, settings, regions } = this.desk;
    const close = (one, other) => Math.abs(one - other) < 1e-12;
    return LEVELS.every((level) => {
      const mine = settings[level];
      const its = preset.settings[level];
      const places = level === "local" ? regions : [EVERYWHERE];
      const alike = places.every((place) =>
        content.levers.every(({ name }) => close(shareOf(mine, name, place), shareOf(its, name, place))),
      );
      const timed = ["start", "ramp", "end"].every((one) => mine[one] === its[one]);
      return alike && (timed || sumShares(mine) === 0);
    });
  }
}
