// Net benefit a yuan and its odds, over money and horizon.

import { saveRows } from "../charts/figure.js";
import { button, element, scroll, table } from "../controls/elements.js";
import { listInputs, spendsNothing, sumShares } from "../controls/settings.js";
import { Results, addCells, countAbove, quantile } from "../run/outcomes.js";

// Money of the map, share of value added.
const TINTS = { for: "mapFor", rather: "mapRather", open: "mapOpen", hardly: "mapHardly", against: "mapAgainst" };
const BUDGETS = [0.0005, 0.001, 0.002, 0.005, 0.0075, 0.01, 0.02, 0.03];

export function drawMap(desk) {
  const { content, words, settings } = desk;
  const help = (key, given) => element("p", { class: "help" }, words.text(key, given));
  if (spendsNothing(settings)) return [help("mapNothing")];
  const key = JSON.stringify([settings, content.draws.count]);
  const parts = [help("mapHelp", { draws: content.draws.count })];
  if (desk.map?.key === key) return [...parts, ...drawMapTable(desk)];
  const progress = element("p", { role: "status" });
  parts.push(
    button(words.text("mapRun"), async (event) => {
      event.target.disabled = true;
      const rows = await computeMap(desk, (done) => {
        progress.textContent = `${done} / ${BUDGETS.length + 1}`;
      });
      desk.map = { key, rows };
      if (desk.tab === "tabMap") desk.showPanel();
    }),
    progress,
  );
  return parts;
}

async function computeMap(desk, report) {
  const { content, engine, settings } = desk;
  const last = Math.max(...content.horizons);
  const assume = { ...settings.assume };
  const chosen = structuredClone(settings);
  const run = async (inputs) => new Results(engine.spec, await engine.ask("future", { inputs, assume, last }));
  const total = sumShares(chosen.central) + sumShares(chosen.local);
  const now = await run(content.asNow);
  report(1);
  const rows = [];
  for (const [at, budget] of BUDGETS.entries()) {
    const then = await run(listInputs(content, chosen, { factor: budget / total }));
    report(at + 2);
    rows.push(content.horizons.map((year) => judge(content, now, then, year - content.start)));
  }
  return rows;
}

function judge(content, now, then, slot) {
  const change = (name) => {
    const before = addCells(now, name, slot);
    return addCells(then, name, slot).map((value, run) => value - before[run]);
  };
  const money = content.accounts.money.map(change);
  const benefit = change(content.accounts.benefit);
  const ratio = benefit.map((value, run) => value / money.reduce((sum, one) => sum + one[run], 0));
  return { median: quantile(ratio, 0.5), ...countAbove(benefit) };
}

function drawMapTable(desk) {
  const { content, map, words } = desk;
  const rows = map.rows.map((row, at) => [
    `${words.number(BUDGETS[at] * 100)} %`,
    ...row.map(({ median, above, of }) => [
      element("strong", { class: `cell ${tint(above / of)}` }, words.number(median)), ` ${above}/${of}`,
    ]),
  ]);
  const head = [words.text("mapMoney"), ...content.horizons.map(String)];
  const plain = map.rows.flatMap((row, at) =>
    row.map(({ median, above, of }, column) => [BUDGETS[at], content.horizons[column], median, above, of]),
  );
  const columns = [words.text("mapMoney"), words.text("horizon"), words.text("mapRatio"), words.text("odds"), words.text("ofAll")];
  const keys = Object.entries(TINTS).map(([one, key]) => element("span", { class: `cell ${one}` }, words.text(key)));
  return [
    scroll(words.text("tabMap"), table(head, rows)),
    element("p", { class: "help keys" }, ...keys),
    element("div", { class: "files" }, button("CSV", () => saveRows([columns, ...plain], "map"))),
  ];
}

// In how many draws it is above zero, as a colour; the number stands in the cell too.
function tint(share) {
  if (share >= 0.95) return "for";
  if (share >= 0.75) return "rather";
  if (share > 0.25) return "open";
  return share > 0.05 ? "hardly" : "against";
}
