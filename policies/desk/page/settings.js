// What the user has set: reading, writing as a link, undo, and what it means for the model.

export const LEVELS = ["central", "local"];

export function makeSettings(content) {
  const empty = () => ({ levers: {}, start: content.start, ramp: 1, end: 2041 });
  return { central: empty(), local: empty(), assume: {} };
}

export function applyPreset(content, settings, preset) {
  const next = makeSettings(content);
  for (const level of LEVELS) {
    Object.assign(next[level], structuredClone(preset.settings[level]));
  }
  next.assume = { ...settings.assume };
  return next;
}

export function sumShares(programme) {
  return Object.values(programme.levers).reduce((sum, one) => sum + one, 0);
}

export function spendsNothing(settings) {
  return LEVELS.every((level) => sumShares(settings[level]) === 0);
}

// The inputs of the model; money is multiplied by `factor`. A lever of `without`, written
// "level lever", gets nothing, and the others keep their money.
export function listInputs(content, settings, factor = 1, without = null) {
  const inputs = { ...content.asNow };
  for (const level of LEVELS) {
    const programme = settings[level];
    const levers = Object.fromEntries(
      Object.entries(programme.levers).filter(([name]) => `${level} ${name}` !== without),
    );
    const total = sumShares({ levers });
    const cells = content.governments[level];
    for (const cell of cells.share) inputs[cell] = total * factor;
    for (const quantity of ["start", "ramp", "end"]) {
      for (const cell of cells[quantity]) inputs[cell] = programme[quantity];
    }
    for (const lever of content.levers) {
      const part = total > 0 ? (levers[lever.name] || 0) / total : 0;
      for (const cell of lever.inputs[level]) inputs[cell] = part;
    }
  }
  return inputs;
}

// A link holds everything that decides the numbers, and the fingerprint of the model.
export function writeLink(content, settings, view) {
  const parts = new URLSearchParams();
  parts.set("model", fingerprint(content));
  for (const level of LEVELS) {
    const programme = settings[level];
    for (const [name, share] of Object.entries(programme.levers)) {
      if (share > 0) parts.append(level, `${name}:${share}`);
    }
    parts.set(`${level}.time`, [programme.start, programme.ramp, programme.end].join(","));
  }
  for (const [name, value] of Object.entries(settings.assume)) parts.append("assume", `${name}:${value}`);
  for (const [name, value] of Object.entries(view)) parts.set(`view.${name}`, value);
  return parts.toString();
}

// Give { settings, view, problem } of a link; what it does not say or says wrongly stays as it is.
export function readLink(content, text, view) {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  const settings = makeSettings(content);
  const found = { ...view };
  if (![...parts.keys()].length) return null;
  const known = new Set(content.levers.map((lever) => lever.name));
  const ranges = new Map(content.assumptions.map((one) => [one.name, one]));
  for (const level of LEVELS) {
    for (const entry of parts.getAll(level)) {
      const [name, share] = splitLast(entry);
      if (known.has(name) && share >= 0 && share <= 1) settings[level].levers[name] = share;
    }
    const [start, ramp, end] = (parts.get(`${level}.time`) || "").split(",").map(Number);
    if (start >= content.start && end > start && ramp > 0) {
      Object.assign(settings[level], { start, ramp, end });
    }
  }
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

// The strategy file with which the command line gives the same numbers.
export function writeStrategy(content, settings, title) {
  const lines = [`title = ${JSON.stringify(title)}`, 'description = "Copied from the desk."'];
  lines.push('money = "additional"');
  for (const level of LEVELS) {
    const programme = settings[level];
    const total = sumShares(programme);
    if (total === 0) continue;
    lines.push("", `[${level}]`, `share = ${total}`);
    for (const quantity of ["start", "ramp", "end"]) lines.push(`${quantity} = ${programme[quantity]}`);
    lines.push("", `[${level}.allocation]`);
    for (const [name, share] of Object.entries(programme.levers)) {
      if (share > 0) lines.push(`${JSON.stringify(name)} = ${share / total}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

export class Undo {
  constructor(first) {
    this.states = [JSON.stringify(first)];
    this.at = 0;
  }

  push(state) {
    const text = JSON.stringify(state);
    if (text === this.states[this.at]) return;
    this.states = [...this.states.slice(0, this.at + 1), text].slice(-200);
    this.at = this.states.length - 1;
  }

  move(by) {
    this.at = Math.min(Math.max(this.at + by, 0), this.states.length - 1);
    return JSON.parse(this.states[this.at]);
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.states.length - 1;
  }
}

function splitLast(entry) {
  const at = entry.lastIndexOf(":");
  return [entry.slice(0, at), Number(entry.slice(at + 1) || NaN)];
}

function fingerprint(content) {
  return (content.stamp["model hash"] || "").slice(0, 12);
}
