// Cut runs: two worlds in one module, and what is missing of the effect when one reader of one
// variable sees the first world's value. The shares are those of policies/explanation.

import { Results } from "./outcomes.js";
import { makeTimes } from "./kernel.js";

const AT_ONCE = 32; // runs that a thread is asked for, so that progress can be shown

// In a thread: runs that differ in the links that are cut.
export class Twins {
  constructor(kernel, cut) {
    Object.assign(this, { kernel, cut });
  }

  run({ inputs, states, sets, start, last }) {
    const all = { ...inputs };
    states.forEach((value, at) => {
      all[`state ${at}`] = value;
      all[`state ${at + states.length}`] = value;
    });
    sets.forEach((set, run) => {
      for (const link of set) (all[`${this.cut} ${link}`] ??= new Float64Array(sets.length))[run] = 1;
    });
    const { times } = makeTimes(start, last, this.kernel.spec.step);
    const kept = times.map((_, at) => (at === times.length - 1 ? 0 : -1));
    return { ...this.kernel.run({ times, kept, runs: sets.length, inputs: all }), labels: [last] };
  }
}

// In the page: asks threads for all cut runs. `threads` answer ask(kind, rest).
export async function cutLinks({ causes, spec, threads, start, states, base, second, assume, last, report, valid }) {
  const sets = [[], ...causes.links.map((_, at) => [at]), ...causes.overview.arrows.map((arrow) => arrow.links)];
  const inputs = { ...assume };
  for (const [name, moved] of Object.entries(causes.moved)) {
    inputs[name] = base[name];
    inputs[moved] = second[name];
  }
  const chunks = [];
  for (let at = 0; at < sets.length; at += AT_ONCE) chunks.push(sets.slice(at, at + AT_ONCE));
  const parts = new Array(chunks.length);
  let next = 0;
  let done = 0;
  await Promise.all(
    threads.map(async (thread) => {
      while (next < chunks.length && valid()) {
        const at = next;
        next += 1;
        parts[at] = await thread.ask("cut", { inputs, states, sets: chunks[at], start, last });
        done += 1;
        report(done / chunks.length);
      }
    }),
  );
  return valid() ? new Results(spec, parts) : null;
}

// What each link and each arrow carries of the change of an outcome at a place, as a share of it.
export function measureShares(causes, results, outcome, place, regions) {
  const moved = { ...outcome, name: causes.second[outcome.name] };
  if (outcome.weight) moved.weight = causes.second[outcome.weight];
  const [first] = results.outcome(outcome, place, regions);
  const [second] = results.outcome(moved, place, regions);
  const effect = second[0] - first[0];
  const share = (run) => 1 - (second[run] - first[run]) / effect;
  const count = causes.links.length;
  return {
    effect,
    level: first[0],
    links: causes.links.map((_, at) => share(1 + at)),
    arrows: causes.overview.arrows.map((arrow, at) => (arrow.links.length ? share(1 + count + at) : NaN)),
    failed: results.failed.filter((step) => step >= 0).length,
  };
}

// Links in a row that carry the same share are one chain, as policies/causal_chains.py joins them.
export function joinLinks(links, shares, limits) {
  const told = links
    .map(([from, to], at) => ({ from, to, share: shares[at] }))
    .filter(({ share }) => Number.isFinite(share) && Math.abs(share) >= limits.least);
  const closest = (link, others) => {
    const near = others.filter((one) => Math.abs(one.share - link.share) <= limits.alike);
    return near.reduce((best, one) => (best && Math.abs(best.share - link.share) <= Math.abs(one.share - link.share) ? best : one), null);
  };
  const out = (name) => told.filter((link) => link.from === name);
  const into = (name) => told.filter((link) => link.to === name);
  const after = new Map();
  for (const link of told) {
    const following = closest(link, out(link.to));
    if (following && closest(following, into(following.from)) === link) after.set(link, following);
  }
  const followed = new Set(after.values());
  const used = new Set();
  const chains = [];
  for (const link of [...told.filter((one) => !followed.has(one)), ...told]) {
    if (used.has(link)) continue;
    const row = [link];
    used.add(link);
    while (after.has(row.at(-1)) && !used.has(after.get(row.at(-1)))) {
      row.push(after.get(row.at(-1)));
      used.add(row.at(-1));
    }
    const carried = row.reduce((most, one) => (Math.abs(one.share) > Math.abs(most) ? one.share : most), 0);
    chains.push({ variables: [row[0].from, ...row.map((one) => one.to)], carried });
  }
  return chains.sort((one, other) => Math.abs(other.carried) - Math.abs(one.carried));
}

// The chains that carry all, most of the rest, and those against it.
export function splitChains(chains, limits, most) {
  const seen = chains.filter(({ carried }) => Math.abs(carried) >= limits.least && Math.abs(carried) <= limits.cancelled);
  return {
    trunk: connect(seen.filter(({ carried }) => carried >= limits.whole)),
    parts: seen.filter(({ carried }) => carried > 0 && carried < limits.whole).slice(0, most),
    against: seen.filter(({ carried }) => carried < 0).slice(0, most),
  };
}

// Put chains end to end where one begins with the variable that another ends with.
function connect(chains) {
  const left = [...chains];
  for (;;) {
    const pair = findPair(left);
    if (!pair) return left;
    const [one, other] = pair;
    left.splice(left.indexOf(one), 1);
    left.splice(left.indexOf(other), 1);
    left.push({
      variables: [...one.variables, ...other.variables.slice(1)],
      carried: Math.max(one.carried, other.carried),
    });
  }
}

function findPair(chains) {
  for (const one of chains) {
    const other = chains.find((next) => next !== one && next.variables[0] === one.variables.at(-1));
    // A variable that comes twice would be a circle.
    if (other && !other.variables.slice(1).some((name) => one.variables.includes(name))) return [one, other];
  }
  return null;
}
