// Runs the compiled model: lays out the arrays in memory as model/engine/compile/kernel.py does, and calls
// the module's two functions. It knows nothing about the page.

const ALIGNED = 16;
const PAGE = 65536;

export class Kernel {
  // `module` is a WebAssembly.Module, `spec` what PortableModel.describe() says of it, with numbers
  // as typed arrays.
  constructor(module, spec) {
    this.spec = spec;
    this.memory = new WebAssembly.Memory({ initial: 1 });
    const env = { __linear_memory: this.memory };
    for (const name of spec.imports) env[name] = Math[name];
    this.exports = new WebAssembly.Instance(module, { env }).exports;
    this.start = Math.ceil(spec.data / ALIGNED) * ALIGNED;
    this.places = new Map(spec.varied.map((name, at) => [name, at]));
  }

  // Compute runs. `times` are all times of a run, `kept` the place of each among those saved or -1,
  // `inputs` maps the names of inputs to a number, or to one for each run; states are inputs.
  // Returns { values: Float64Array (outputs x times saved x stride), stride, slots, failed: [step or
  // -1] }, and with `states` also what the states of each run become at the step after the last. If
  // the first run fails, `broken` holds what is needed to find out where.
  run({ times, kept, runs, inputs, states: wantStates = false }) {
    const { layout, defaults } = this.spec;
    const steps = times.length - 1;
    const slots = kept.reduce((most, one) => Math.max(most, one), -1) + 1;
    const stride = Math.ceil(runs / layout.width) * layout.width;
    const outputs = this.spec.cells;
    this.at = this.start;
    const tables = this.spec.tables;
    const put = (array) => this.place(array);
    const pointers = [
      put(Float64Array.from(tables.x)),
      put(Float64Array.from(tables.y)),
      put(Float64Array.from(tables.slopes)),
      put(BigInt64Array.from(tables.offsets, BigInt)),
      put(BigInt64Array.from(tables.counts, BigInt)),
      put(Float64Array.from(tables.lows)),
    ];
    const table = new Float64Array(layout.varied.length * stride);
    layout.varied.forEach((parameter, row) => {
      table.fill(defaults[parameter], row * stride, (row + 1) * stride);
    });
    for (const [name, value] of Object.entries(inputs)) {
      const row = this.places.get(name);
      if (row === undefined) throw new Error(`the model has no input ${name}`);
      const begin = row * stride;
      if (typeof value === "number") table.fill(value, begin, begin + stride);
      else {
        table.set(value.subarray ? value.subarray(0, runs) : value, begin);
        table.fill(value[runs - 1], begin + runs, begin + stride); // the last group is padded
      }
    }
    const parameters = put(Float64Array.from(defaults));
    const given = put(table);
    const moments = put(Float64Array.from(times));
    const save = put(BigInt64Array.from(kept, BigInt));
    const still = this.reserve(layout.still);
    const moving = this.reserve((steps + 1) * layout.moving);
    const out = this.reserve(outputs * slots * stride);
    const failed = this.reserve(stride);
    const dump = this.reserve(layout.dumped * stride);
    const keep = this.reserve(layout.kept * layout.width);
    const states = this.reserve(layout.dumped * layout.width);
    const history = this.reserve((steps + 1) * layout.pasts * layout.width);
    const long = BigInt;
    const common = Number(
      this.exports.prepare(parameters, ...pointers, moments, long(steps), still, moving),
    );
    const ends = [];
    const width = wantStates ? layout.width : stride;
    for (let begin = 0; begin < stride; begin += width) {
      this.exports.block(
        ...[given, long(stride), long(begin), long(begin + width), ...pointers, long(steps), still],
        ...[moving, save, long(slots), out, failed, dump, keep, states, history],
      );
      if (wantStates) ends.push(this.read(states, layout.dumped * layout.width));
    }
    const values = this.read(out, outputs * slots * stride);
    const reasons = Array.from(new BigInt64Array(this.memory.buffer, failed, runs), Number);
    if (common >= 0) {
      // What all runs share has left its domain: every run fails there, unless it failed before.
      reasons.forEach((step, run) => {
        if (step < 0 || step > common) reasons[run] = common;
      });
      for (let step = common; step <= steps; step += 1) {
        if (kept[step] < 0) continue;
        for (let row = 0; row < outputs; row += 1) {
          const begin = (row * slots + kept[step]) * stride;
          values.fill(NaN, begin, begin + stride);
        }
      }
    }
    const result = { values, stride, slots, failed: reasons };
    if (reasons[0] >= 0) {
      const left = this.read(dump, layout.dumped * stride).filter((_, at) => at % stride === 0);
      const own = Float64Array.from(defaults);
      layout.varied.forEach((parameter, row) => {
        own[parameter] = table[row * stride];
      });
      result.broken = { step: reasons[0], time: times[reasons[0]], parameters: own, states: common >= 0 ? null : left };
    }
    if (wantStates) {
      result.states = Array.from({ length: layout.dumped }, (_, state) => {
        const of = (run) => ends[Math.floor(run / layout.width)][state * layout.width + (run % layout.width)];
        return Float64Array.from({ length: runs }, (_, run) => of(run));
      });
    }
    return result;
  }

  read(address, count) {
    return new Float64Array(this.memory.buffer, address, count).slice();
  }

  place(array) {
    const address = this.reserve(array.length);
    new array.constructor(this.memory.buffer, address, array.length).set(array);
    return address;
  }

  reserve(count) {
    const address = this.at;
    this.at = Math.ceil((address + count * 8) / ALIGNED) * ALIGNED;
    const missing = this.at - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return address;
  }
}

// The times of a run from `first` to `last`, and the place of each among the whole years saved.
export function makeTimes(first, last, step, every = 1) {
  const times = [first];
  while (times[times.length - 1] + step * 1e-5 < last) times.push(times[times.length - 1] + step);
  const kept = [];
  const labels = [];
  for (const time of times) {
    const late = Math.abs((time - first) / every - Math.round((time - first) / every)) * every;
    if (late < step * 1e-5) {
      kept.push(labels.length);
      labels.push(Math.round(time / step) * step);
    } else kept.push(-1);
  }
  return { times, kept, labels };
}
