// What the user has set, what it means for the model, and undo.

export const LEVELS = ["central", "local"];
export const EVERYWHERE = "all";

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

// The levers of a government. The centre has one mix; regions may differ.
export function leversOf(programme, place) {
  return programme.places?.[place] ?? programme.levers;
}

function sum(levers) {
  return Object.values(levers).reduce((total, one) => total + one, 0);
}

// Money as a share of value added: of a region, or the mean of all regions.
export function sumShares(programme, place = EVERYWHERE) {
  if (!programme.places) return sum(programme.levers);
  if (place !== EVERYWHERE) return sum(programme.places[place] ?? {});
  const all = Object.values(programme.places).map(sum);
  return all.reduce((total, one) => total + one, 0) / all.length;
}

// What a lever gets in a region, or on average.
export function shareOf(programme, lever, place = EVERYWHERE) {
  if (!programme.places) return programme.levers[lever] || 0;
  if (place !== EVERYWHERE) return programme.places[place]?.[lever] || 0;
  const all = Object.values(programme.places);
  return all.reduce((total, levers) => total + (levers[lever] || 0), 0) / all.length;
}

export function setShare(programme, lever, share, place, regions) {
  const put = (levers) => {
    if (share > 0) levers[lever] = share;
    else delete levers[lever];
  };
  if (place !== EVERYWHERE && !programme.places) {
    programme.places = Object.fromEntries(regions.map((one) => [one, { ...programme.levers }]));
    programme.levers = {};
  }
  if (!programme.places) put(programme.levers);
  else if (place !== EVERYWHERE) put((programme.places[place] ??= {}));
  else Object.values(programme.places).forEach(put);
  joinPlaces(programme);
}

// Regions that have come to spend alike are written as one.
export function joinPlaces(programme) {
  if (!programme.places) return;
  const written = Object.values(programme.places).map((levers) => JSON.stringify(Object.entries(levers).sort()));
  if (new Set(written).size > 1) return;
  programme.levers = Object.values(programme.places)[0];
  delete programme.places;
}

export function spendsNothing(settings) {
  return LEVELS.every((level) => sumShares(settings[level]) === 0);
}

// The levers that get money, each with its level.
export function listSpending(content, settings) {
  return LEVELS.flatMap((level) =>
    content.levers
      .filter(({ name }) => shareOf(settings[level], name) > 0)
      .map(({ name }) => ({ level, name })),
  );
}

// The inputs of the model; money is multiplied by `factor`. Only what `keep` says of a level and a
// lever gets its money; what others had is not spent.
export function listInputs(content, settings, { factor = 1, keep = () => true } = {}) {
  const inputs = { ...content.asNow };
  for (const level of LEVELS) {
    const programme = settings[level];
    const cells = content.governments[level];
    for (const quantity of ["start", "ramp", "end"]) {
      for (const cell of cells[quantity]) inputs[cell] = programme[quantity];
    }
    cells.share.forEach((cell, at) => {
      const place = level === "local" ? content.regions[at].name : EVERYWHERE;
      const levers = Object.fromEntries(
        Object.entries(leversOf(programme, place)).filter(([name]) => keep(level, name)),
      );
      const total = sum(levers);
      inputs[cell] = total * factor;
      for (const lever of content.levers) {
        inputs[lever.inputs[level][at]] = total > 0 ? (levers[lever.name] || 0) / total : 0;
      }
    });
  }
  return inputs;
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
