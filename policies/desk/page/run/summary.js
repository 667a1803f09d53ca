// What is shown of runs: the numbers of the verdict, and an outcome as level and change.

import { spendsNothing } from "../controls/settings.js";
import { addCells, countAbove, findBand, quantile, subtract } from "./outcomes.js";

// Cost, gain, net benefit, odds, losers and debt of what is shown, in million yuan.
export function summarise(content, shown, settings) {
  const { accounts } = content;
  const { line, draws } = shown;
  const slot = shown.year - content.start;
  const at = (results, name, cell) => results.series(name, cell)[slot];
  const changes = (pair, name) => {
    const now = addCells(pair.now.future, name, slot);
    return addCells(pair.then.future, name, slot).map((value, run) => value - now[run]);
  };
  const money = (pair) => accounts.money
    .map((name) => changes(pair, name))
    .reduce((sum, part) => sum.map((value, run) => value + part[run]));
  const odds = (values) => ({
    ...countAbove(values), low: quantile(values, 0.05), high: quantile(values, 0.95),
  });
  const losers = [];
  for (const place of content.regions.map(({ name }) => name)) {
    const change = at(line.then.future, accounts.size, place)[0] - at(line.now.future, accounts.size, place)[0];
    if (change < 0) losers.push({ place, amount: -change });
  }
  const rest = changes(line, accounts.rest)[0];
  if (rest < 0) losers.push({ place: null, amount: -rest });
  return {
    nothing: spendsNothing(settings),
    year: shown.year,
    cost: money(line)[0],
    gain: changes(line, accounts.gain)[0],
    benefit: changes(line, accounts.benefit)[0],
    gainOdds: draws && odds(changes(draws, accounts.gain)),
    benefitOdds: draws && odds(changes(draws, accounts.benefit)),
    benefits: draws && changes(draws, accounts.benefit),
    losers,
    debt: changes(line, accounts.debt)[0],
  };
}

// The displayed outcome: level and change, by place, of line and draws.
export function collect(shown, outcome, place, regions) {
  const of = (results) => results.outcome(outcome, place, regions);
  const { line, draws } = shown;
  const found = {
    pastYears: line.then.past.labels, years: line.then.future.labels,
    past: of(line.then.past), now: of(line.now.future), then: of(line.then.future),
  };
  found.change = subtract(found.then, found.now);
  if (draws) {
    found.pastBand = findBand(of(draws.then.past));
    found.thenBand = findBand(of(draws.then.future));
    found.changeBand = findBand(subtract(of(draws.then.future), of(draws.now.future)));
  }
  return found;
}
