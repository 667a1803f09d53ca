// From what the kernel returns to outcomes by place, differences and quantiles.

export const TOTAL = "total";

export class Results {
  // `parts` are results of the kernel for some of the runs each, in order.
  constructor(spec, parts) {
    this.spec = spec;
    this.parts = parts;
    this.labels = parts[0].labels;
    this.runs = parts.reduce((sum, part) => sum + part.failed.length, 0);
    this.rows = new Map();
    let row = 0;
    for (const [name, cells] of spec.outputs) {
      this.rows.set(name, { row, cells });
      row += cells.length;
    }
  }

  get failed() {
    return this.parts.flatMap((part) => [...part.failed]);
  }

  // Values of a variable's element over time: an array by saved time, of arrays by run.
  series(name, cell = "") {
    const { row, cells } = this.rows.get(name);
    const at = row + cells.indexOf(cell);
    return this.labels.map((_, slot) => {
      const values = new Float64Array(this.runs);
      let begin = 0;
      for (const part of this.parts) {
        const from = (at * part.slots + slot) * part.stride;
        const count = part.failed.length;
        values.set(part.values.subarray(from, from + count), begin);
        begin += count;
      }
      return values;
    });
  }

  // An outcome at a place: of a region, or in total as the catalogue of outcomes adds it up.
  outcome(outcome, place, regions) {
    if (outcome.national) return this.series(outcome.name);
    if (place !== TOTAL) return this.series(outcome.name, place);
    const parts = regions.map((region) => this.series(outcome.name, region));
    const weights = outcome.weight
      ? regions.map((region) => this.series(outcome.weight, region))
      : null;
    return this.labels.map((_, slot) =>
      Float64Array.from({ length: this.runs }, (_, run) => {
        if (!weights) return parts.reduce((sum, part) => sum + part[slot][run], 0);
        const size = weights.reduce((sum, part) => sum + part[slot][run], 0);
        const whole = parts.reduce((sum, part, at) => sum + part[slot][run] * weights[at][slot][run], 0);
        return size > 0 ? whole / size : NaN;
      }),
    );
  }
}

export function subtract(these, those) {
  return these.map((values, slot) => values.map((value, run) => value - those[slot][run]));
}

// A quantile between the two nearest values, as numpy.quantile interpolates; missing ones left out.
export function quantile(values, share) {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (!sorted.length) return NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export function findBand(series) {
  return series.map((values) => [quantile(values, 0.05), quantile(values, 0.5), quantile(values, 0.95)]);
}

// A variable at one saved time, its elements added up: a value for each run.
export function addCells(results, name, slot) {
  const sum = new Float64Array(results.runs);
  for (const cell of results.rows.get(name).cells) {
    results.series(name, cell)[slot].forEach((value, run) => {
      sum[run] += value;
    });
  }
  return sum;
}

export function countAbove(values, limit = 0) {
  const usable = [...values].filter(Number.isFinite);
  return { above: usable.filter((value) => value > limit).length, of: usable.length };
}
