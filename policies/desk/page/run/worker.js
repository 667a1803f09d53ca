// A background thread with its own kernel and its own draws. It answers what app code asks of it:
// "trunk" runs the past of its draws and keeps where each ends; "branch" runs futures from there.

import { Twins } from "./causes.js";
import { Kernel, makeTimes } from "./kernel.js";

export class Branches {
  constructor(kernel, content, draws) {
    this.kernel = kernel;
    this.content = content;
    this.draws = draws; // { runs, inputs: name -> Float64Array }
  }

  // Run the past. Each group of runs is a call of its own, since the states that a run ends with stay
  // in memory until the next begins; they are those of the step after the last.
  runPast(assume) {
    const { kernel, content, draws } = this;
    const step = kernel.spec.step;
    const { times, kept, labels } = makeTimes(content.first, content.start - step, step);
    const inputs = { ...content.before, ...draws.inputs, ...assume };
    const result = kernel.run({ times, kept, runs: draws.runs, inputs, states: true });
    this.states = result.states;
    this.pastFailed = result.failed;
    return { ...result, states: undefined, labels };
  }

  // Run futures of the draws; `inputs` hold for all of them.
  runFuture(inputs, assume, last) {
    const { content, draws } = this;
    return this.run({ ...draws.inputs, ...assume, ...inputs }, this.states, draws.runs, last);
  }

  // Run futures of one draw that differ in their inputs.
  runVariants(variants, assume, last) {
    const { draws } = this;
    const names = new Set(variants.flatMap((one) => Object.keys(one)));
    const inputs = {};
    for (const [name, values] of Object.entries(draws.inputs)) inputs[name] = values[0];
    Object.assign(inputs, assume);
    for (const name of names) inputs[name] = variants.map((one) => one[name]);
    const count = variants.length;
    const states = this.states.map((values) => new Float64Array(count).fill(values[0]));
    return this.run(inputs, states, count, last);
  }

  run(inputs, states, runs, last) {
    const { kernel, content } = this;
    const { times, kept, labels } = makeTimes(content.start, last, kernel.spec.step);
    const all = { ...inputs };
    content.states.forEach((name, at) => {
      all[name] = states[at];
    });
    return { ...kernel.run({ times, kept, runs, inputs: all }), labels };
  }
}

/* c8 ignore next */
export function serve(scope) {
  let branches;
  let twins;
  scope.onmessage = ({ data }) => {
    const { id, kind } = data;
    try {
      if (kind === "start") {
        branches = new Branches(new Kernel(data.module, data.spec), data.content, data.draws);
        scope.postMessage({ id, result: null });
        return;
      }
      if (kind === "startTwins") {
        twins = new Twins(new Kernel(data.module, data.spec), data.cut);
        scope.postMessage({ id, result: null });
        return;
      }
      const result =
        kind === "cut" ? twins.run(data) :
        kind === "past"
          ? branches.runPast(data.assume)
          : branches.runFuture(data.inputs, data.assume, data.last);
      scope.postMessage({ id, result }, [result.values.buffer]);
    } catch (error) {
      scope.postMessage({ id, error: String(error.message || error) });
    }
  };
}
