// Runs on behalf of the page: the best fit here, at once; the draws in threads, a little later.

import { cutLinks } from "./causes.js";
import { Failures } from "./failures.js";
import { Kernel } from "./kernel.js";
import { Results } from "./outcomes.js";
import { Branches } from "./worker.js";

const MOST_THREADS = 8;

export class Engine {
  static async start(content, workerSource) {
    const spec = prepareSpec(content.kernel);
    const module = await compileModule(content.kernel);
    return new Engine(content, spec, module, workerSource);
  }

  constructor(content, spec, module, workerSource) {
    this.content = content;
    this.spec = spec;
    const lean = { first: content.first, start: content.start, states: content.states };
    this.lean = { ...lean, before: content.before };
    this.best = new Branches(new Kernel(module, spec), this.lean, { runs: 1, inputs: {} });
    this.threads = splitDraws(content.draws, countThreads(content.draws.count)).map(
      (draws) => new Thread(workerSource, { module, spec, content: this.lean, draws }),
    );
    this.workerSource = workerSource;
    this.generation = 0;
  }

  // The best fit under some settings; what the past depends on is run again only if it has changed.
  line(inputs, assume, last) {
    const key = JSON.stringify(assume);
    if (key !== this.lineKey) {
      this.linePast = new Results(this.spec, [this.best.runPast(assume)]);
      this.lineKey = key;
    }
    return {
      past: this.linePast,
      future: new Results(this.spec, [this.best.runFuture(inputs, assume, last)]),
    };
  }

  // Variants of the best fit that differ in their inputs, a run each.
  variants(list, assume, last) {
    return new Results(this.spec, [this.best.runVariants(list, assume, last)]);
  }

  // The variable with which the best fit failed: { variable, cell, reason, time }, of a result of the
  // kernel that has failed. The operations are read when the first run fails.
  findFailure({ broken }) {
    this.failures ??= new Failures(this.content.failures, this.spec.tables);
    const { parameters, time } = broken;
    const count = this.content.states.length;
    const states = broken.states && broken.states.slice(0, count);
    return { time, ...(this.failures.find({ parameters, states, time }) ?? { reason: "failOverflow" }) };
  }

  // The effect of the sliders with each link cut, by threads that are started when first asked.
  // Null if `valid` has ceased to hold.
  async cut(base, second, assume, last, report, valid) {
    const { causes } = this.content;
    this.twins ??= this.startTwins(causes);
    const { spec, threads } = await this.twins;
    const states = this.best.states.map((values) => values[0]);
    const { start } = this.content;
    return cutLinks({ causes, spec, threads, start, states, base, second, assume, last, report, valid });
  }

  async startTwins(causes) {
    const spec = prepareSpec(causes.kernel);
    const module = await compileModule(causes.kernel);
    const threads = this.threads.map(() => new Thread(this.workerSource));
    await Promise.all(threads.map((thread) => thread.ask("startTwins", { module, spec, cut: causes.cut })));
    return { spec, threads };
  }

  // All draws. Null if settings have changed meanwhile: the latest wins.
  async draws(inputs, assume, last, generation) {
    const key = JSON.stringify(assume);
    if (key !== this.pastKey) {
      this.pastKey = key;
      this.past = this.ask("past", { assume }).then((parts) => new Results(this.spec, parts));
    }
    const past = await this.past;
    if (generation !== this.generation) return null;
    const future = new Results(this.spec, await this.ask("future", { inputs, assume, last }));
    return generation === this.generation ? { past, future } : null;
  }

  ask(kind, rest) {
    return Promise.all(this.threads.map((thread) => thread.ask(kind, rest)));
  }
}

class Thread {
  constructor(source, start) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.waiting = new Map();
    this.count = 0;
    this.worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error) reject(new Error(data.error));
      else resolve(data.result);
    };
    if (start) this.ask("start", start);
  }

  ask(kind, rest) {
    const id = (this.count += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, kind, ...rest });
    });
  }
}

function countThreads(draws) {
  return Math.max(1, Math.min(navigator.hardwareConcurrency || 2, MOST_THREADS, Math.ceil(draws / 8)));
}

// Give each thread a run of draws, an even number where possible: two are computed together.
function splitDraws(draws, threads) {
  const values = decodeNumbers(draws.values);
  const share = Math.ceil(draws.count / threads / 2) * 2;
  const parts = [];
  for (let begin = 0; begin < draws.count; begin += share) {
    const end = Math.min(begin + share, draws.count);
    const inputs = Object.fromEntries(
      draws.names.map((name, at) => [
        name,
        values.slice(at * draws.count + begin, at * draws.count + end),
      ]),
    );
    parts.push({ runs: end - begin, inputs });
  }
  return parts;
}

// A module is compressed in the page.
export async function compileModule(kernel) {
  const packed = new Blob([decodeBytes(kernel.module)]).stream();
  const plain = new Response(packed.pipeThrough(new DecompressionStream("gzip")));
  return WebAssembly.compile(await plain.arrayBuffer());
}

// What the kernel must know of the model, with numbers as typed arrays.
export function prepareSpec(kernel) {
  return {
    ...kernel,
    module: undefined,
    defaults: decodeNumbers(kernel.defaults),
    tables: mapValues(kernel.tables, decodeNumbers),
    cells: kernel.outputs.reduce((sum, [, cells]) => sum + cells.length, 0),
  };
}

export function decodeBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export function decodeNumbers(text) {
  return new Float64Array(decodeBytes(text).buffer);
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
