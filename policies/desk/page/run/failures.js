// Which variable made a run fail: one step, operation by operation, until a result is no number.

const OPERATIONS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  pow: (a, b) => (a === 1 || b === 0 ? 1 : a ** b),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  abs: Math.abs,
  exp: Math.exp,
  ln: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  trunc: Math.trunc,
  floor: Math.floor,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  not: (a) => !a,
  float: Number,
  select: (a, b, c) => (a ? b : c),
};
const FIELDS = 5; // the operation, its payload and three operands

export class Failures {
  // `spec` is what policies/desk/failures.py wrote; `tables` those of the kernel.
  constructor(spec, tables) {
    Object.assign(this, { spec, tables });
    const whole = Uint8Array.from(atob(spec.nodes.whole), (letter) => letter.charCodeAt(0));
    this.nodes = Float64Array.from(new Int16Array(whole.buffer));
    for (const [at, value] of Object.entries(spec.nodes.apart)) this.nodes[at] = value;
  }

  // Give { variable, reason } of a step, or null where every result is a number. Without `states`
  // it is the first step, at which states begin.
  find({ parameters, states, time }) {
    const begun = states ?? this.spec.first.map((node) => this.compute(parameters, [], time)[node]);
    const values = this.compute(parameters, begun, time);
    const { checks, gates, names, cells, owners, reasons } = this.spec;
    for (const [at, node] of checks.entries()) {
      if (Number.isFinite(Number(values[node])) || (gates[at] !== undefined && !values[gates[at]])) continue;
      const [name, cell] = owners[at];
      const said = reasons[at] === undefined ? this.explain(node, values) : "failDelay";
      return { variable: names[name], cell: cells[cell], reason: said };
    }
    return null;
  }

  compute(parameters, states, time) {
    const count = this.nodes.length / FIELDS;
    const values = new Array(count);
    for (let node = 0; node < count; node += 1) {
      const [operation, payload, a, b, c] = this.nodes.subarray(node * FIELDS, (node + 1) * FIELDS);
      const name = this.spec.operations[operation];
      if (name === "const" || name === "true") values[node] = payload;
      else if (name === "param") values[node] = parameters[payload];
      else if (name === "time") values[node] = time;
      else if (name === "state") values[node] = states[payload] ?? NaN;
      else if (name === "table") values[node] = this.read(payload, values[a]);
      else if (name === "past") values[node] = values[b];
      else values[node] = OPERATIONS[name](values[a], values[b], values[c]);
    }
    return values;
  }

  read(table, at) {
    const { x, y, slopes, offsets, counts, lows } = this.tables;
    if (Number.isNaN(at)) return NaN;
    const from = offsets[table];
    const value = Math.max(at, lows[table]);
    let place = from;
    while (place < from + counts[table] - 1 && x[place + 1] <= value) place += 1;
    return y[place] + (value - x[place]) * slopes[place];
  }

  explain(node, values) {
    const [operation, , a, b] = this.nodes.subarray(node * FIELDS, (node + 1) * FIELDS);
    const name = this.spec.operations[operation];
    if (name === "div" && values[b] === 0) return "failDivision";
    if (name === "ln" && values[a] <= 0) return "failLogarithm";
    if ((name === "sqrt" || name === "pow") && values[a] <= 0) return "failPower";
    return "failOverflow";
  }
}
