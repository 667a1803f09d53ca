// Constants that the user may set: those that decide the answer first, any other by name.

import { button, element, fold, select } from "../controls/elements.js";

const SHOWN = 6; // of those that decide

export function drawAssumptions(desk) {
  const { content, settings, words } = desk;
  const known = new Map(content.assumptions.map((one) => [one.name, one]));
  const deciding = content.deciding.slice(0, SHOWN).map((one) => ({ ...known.get(one.name), turns: one.turns }));
  const others = Object.keys(settings.assume).filter((name) => !deciding.some((one) => one.name === name));
  const list = content.assumptions.map((one) => [one.name, words.name(one.name)]);
  const add = select("assumption", [["", words.text("assumeAdd")], ...list], (name) => {
    if (known.has(name)) set(desk, name, known.get(name).value);
  });
  add.setAttribute("aria-label", words.text("assumeAdd"));
  return [
    element("p", { class: "help" }, words.text("assumeHelp")),
    ...(deciding.length ? [element("h3", {}, words.text("deciding")), element("p", { class: "help" }, words.text("decidingHelp"))] : []),
    element("div", { class: "constants" }, ...deciding.map((one) => drawAssumption(desk, one))),
    element("h3", {}, words.text("assumeOthers")), add,
    element("div", { class: "constants" }, ...others.map((name) => drawAssumption(desk, known.get(name)))),
  ];
}

function set(desk, name, value) {
  const assume = { ...desk.settings.assume };
  if (value === undefined) delete assume[name];
  else assume[name] = value;
  desk.change({ ...desk.settings, assume });
}

function drawAssumption(desk, one) {
  const { settings, words } = desk;
  // A slider moves evenly in the logarithm where the constant is believed to vary by factors.
  const toSlider = (value) => (one.log ? Math.log(value / one.low) / Math.log(one.high / one.low) : (value - one.low) / (one.high - one.low));
  const fromSlider = (at) => (one.log ? one.low * (one.high / one.low) ** at : one.low + at * (one.high - one.low));
  const chosen = settings.assume[one.name];
  const say = (value) => `${words.number(value)} ${one.unit === "Dmnl" ? "" : one.unit}`;
  const shown = element("output", {}, chosen === undefined ? words.text("assumeDrawn", { value: say(one.value) }) : say(chosen));
  const slider = element("input", { type: "range", min: 0, max: 1, step: 0.01, "aria-label": words.name(one.name) });
  slider.value = toSlider(chosen ?? one.value);
  const read = () => Math.min(Math.max(Number(fromSlider(Number(slider.value)).toPrecision(6)), one.low), one.high);
  slider.addEventListener("change", () => {
    set(desk, one.name, read());
    desk.panel.querySelector(`[aria-label=${CSS.escape(words.name(one.name))}]`)?.focus();
  });
  slider.addEventListener("input", () => {
    shown.textContent = say(read());
  });
  const reset = button(words.text("assumeReset"), () => set(desk, one.name, undefined));
  reset.disabled = chosen === undefined;
  return element(
    "fieldset", {},
    element("legend", {}, words.name(one.name)), slider, shown, " ", reset,
    ...(one.turns ? [element("p", { class: "help" }, words.text("turns", { count: one.turns }))] : []),
    fold(words.text("assumeWhy"),
      element("p", { lang: "en" }, one.definition),
      element("p", {}, words.text("assumeSpan", { low: say(one.low), high: say(one.high), value: say(one.value) })),
      element("p", { lang: "en" }, one.reason)),
  );
}
