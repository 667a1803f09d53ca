// The buttons at the top, the keys, presentation, and what only paper shows.

import { button, element } from "./elements.js";
import { fingerprint, writeStrategy } from "./link.js";
import { LEVELS, applyPreset, listSpending, makeSettings, shareOf } from "./settings.js";

export function buildTools(desk) {
  const t = (key) => desk.words.text(key);
  const undo = button(t("undo"), () => desk.moveUndo(-1));
  const redo = button(t("redo"), () => desk.moveUndo(1));
  const other = desk.view.language === "en" ? "zh" : "en";
  const node = element(
    "div", { class: "tools" }, undo, redo,
    button(t("reset"), () => desk.change(makeSettings(desk.content))),
    button(t("link"), () => {
      desk.writeAddress();
      copy(desk, location.href);
    }),
    button(t("strategy"), () => copy(desk, writeStrategy(desk.content, desk.settings, "Desk"))),
    button(t("print"), () => window.print()),
    button(t("present"), () => present(desk, true), { class: "present" }),
    button(t("leavePresent"), () => present(desk, false), { class: "leave" }),
    button(t("language"), () => desk.speak(other), { lang: other === "zh" ? "zh-Hans" : "en" }),
    element("p", { class: "leave help" }, t("presentKeys")),
  );
  const show = () => {
    undo.disabled = !desk.undo.canUndo;
    redo.disabled = !desk.undo.canRedo;
  };
  return { node, show };
}

async function copy(desk, text) {
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
  desk.say(desk.words.text("copied"));
}

export function present(desk, on) {
  document.body.classList.toggle("presenting", on);
  desk.show();
}

export function listenToKeys(desk) {
  window.addEventListener("keydown", (event) => {
    const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName) && event.target.type !== "range";
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
      desk.moveUndo(event.shiftKey ? 1 : -1);
      event.preventDefault();
    }
    if (!desk.presenting || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") present(desk, false);
    const sideways = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const upright = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (sideways) stepOutcome(desk, sideways);
    if (upright) stepScenario(desk, upright);
    if (sideways || upright) event.preventDefault();
  });
}

function stepOutcome(desk, by) {
  const names = desk.content.outcomes.map((one) => one.name);
  const at = (names.indexOf(desk.view.outcome) + by + names.length) % names.length;
  desk.view.outcome = names[at];
  desk.chosen.outcome.value = names[at];
  desk.update();
}

// From one saved scenario to the next; without any, from one starting point to the next.
function stepScenario(desk, by) {
  const list = desk.saved.length
    ? desk.saved.map((one) => one.settings)
    : desk.content.presets.map((one) => applyPreset(desk.content, desk.settings, one));
  desk.scene = ((desk.scene ?? (by > 0 ? -1 : 0)) + by + list.length) % list.length;
  desk.change(structuredClone(list[desk.scene]));
}

// On paper there are no sliders: a list of the money, the years, and where it all comes from.
export function writePaper(desk) {
  const { content, settings, words } = desk;
  const t = (key, given) => words.text(key, given);
  const spending = listSpending(content, settings);
  const rows = spending.map(({ level, name }) =>
    element("li", {}, `${words.name(name)}, ${t(level)}: ${words.number(shareOf(settings[level], name) * 100)} %`),
  );
  const times = LEVELS.filter((level) => spending.some((one) => one.level === level)).map((level) => {
    const { start, ramp, end } = settings[level];
    return t("paperTimes", { level: t(level), start, end, ramp: words.number(ramp) });
  });
  const assumed = Object.entries(settings.assume).map(([name, value]) => `${words.name(name)} = ${words.number(value)}`);
  return [
    element("h2", {}, t("paperTitle")),
    rows.length ? element("ul", {}, ...rows) : element("p", {}, t("verdictNothing")),
    element("p", {}, [...times, ...assumed].join("; ")),
    element("p", {}, t("paperStamp", { model: fingerprint(content), draws: content.draws.count })),
    element("p", { class: "address" }, desk.address),
  ];
}
