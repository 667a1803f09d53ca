// Settings as a link and as a strategy file.

import { EVERYWHERE, LEVELS, joinPlaces, leversOf, makeSettings, sumShares } from "./settings.js";

const AT = "@";

// A link holds everything that decides the numbers, and the fingerprint of the model.
export function writeLink(content, settings, view) {
  const parts = new URLSearchParams();
  parts.set("model", fingerprint(content));
  for (const level of LEVELS) {
    const programme = settings[level];
    for (const [place, levers] of listPlaces(programme)) {
      for (const [name, share] of Object.entries(levers)) {
        if (share > 0) parts.append(place ? `${level}${AT}${place}` : level, `${name}:${share}`);
      }
    }
    parts.set(`${level}.time`, [programme.start, programme.ramp, programme.end].join(","));
  }
  for (const [name, value] of Object.entries(settings.assume)) parts.append("assume", `${name}:${value}`);
  for (const [name, value] of Object.entries(view)) parts.set(`view.${name}`, value);
  return parts.toString();
}

// Give { settings, view, otherModel } of a link; what it does not say or says wrongly stays as it is.
export function readLink(content, text, view) {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  if (![...parts.keys()].length) return null;
  const settings = makeSettings(content);
  const found = { ...view };
  for (const level of LEVELS) readProgramme(content, parts, level, settings[level]);
  const ranges = new Map(content.assumptions.map((one) => [one.name, one]));
  for (const entry of parts.getAll("assume")) {
    const [name, value] = splitLast(entry);
    const range = ranges.get(name);
    if (range && value >= range.low && value <= range.high) settings.assume[name] = value;
  }
  for (const name of Object.keys(view)) {
    if (parts.has(`view.${name}`)) found[name] = parts.get(`view.${name}`);
  }
  const other = parts.get("model");
  return { settings, view: found, otherModel: other !== null && other !== fingerprint(content) };
}

function readProgramme(content, parts, level, programme) {
  const known = new Set(content.levers.map((lever) => lever.name));
  const read = (key) => {
    const levers = {};
    for (const entry of parts.getAll(key)) {
      const [name, share] = splitLast(entry);
      if (known.has(name) && share > 0 && share <= 1) levers[name] = share;
    }
    return levers;
  };
  programme.levers = read(level);
  const regions = content.regions.map(({ name }) => name);
  if (level === "local" && regions.some((place) => parts.has(`${level}${AT}${place}`))) {
    programme.places = Object.fromEntries(regions.map((place) => [place, read(`${level}${AT}${place}`)]));
    joinPlaces(programme);
  }
  const [start, ramp, end] = (parts.get(`${level}.time`) || "").split(",").map(Number);
  if (start >= content.start && end > start && end <= 2100 && ramp > 0) {
    Object.assign(programme, { start, ramp, end });
  }
}

function listPlaces(programme) {
  return programme.places ? Object.entries(programme.places) : [["", programme.levers]];
}

// The strategy file with which the command line gives the same numbers.
export function writeStrategy(content, settings, title) {
  const lines = [`title = ${JSON.stringify(title)}`, 'description = "Copied from the desk."'];
  lines.push('money = "additional"');
  for (const level of LEVELS) {
    const programme = settings[level];
    if (sumShares(programme) === 0) continue;
    const [[first, levers], ...others] = listPlaces(programme).sort(
      ([, one], [, other]) => total(other) - total(one),
    );
    lines.push("", `[${level}]`, `share = ${total(levers)}`);
    for (const quantity of ["start", "ramp", "end"]) lines.push(`${quantity} = ${programme[quantity]}`);
    lines.push("", `[${level}.allocation]`, ...writeMix(levers));
    for (const [place] of first ? others : []) {
      const own = leversOf(programme, place);
      const table = `${level}.exceptions.${JSON.stringify(place)}`;
      lines.push("", `[${table}]`, `share = ${total(own)}`);
      if (total(own) > 0) lines.push("", `[${table}.allocation]`, ...writeMix(own));
    }
  }
  return `${lines.join("\n")}\n`;
}

function total(levers) {
  return sumShares({ levers }, EVERYWHERE);
}

function writeMix(levers) {
  return Object.entries(levers)
    .filter(([, share]) => share > 0)
    .map(([name, share]) => `${JSON.stringify(name)} = ${share / total(levers)}`);
}

function splitLast(entry) {
  const at = entry.lastIndexOf(":");
  return [entry.slice(0, at), Number(entry.slice(at + 1) || NaN)];
}

export function fingerprint(content) {
  return (content.stamp["model hash"] || "").slice(0, 12);
}
