// The panels under the charts, by the names of their tabs.

import { drawAssumptions } from "./assumptions.js";
import { drawMap } from "./map.js";
import { drawTable } from "./numbers.js";
import { drawSaved } from "./saved.js";
import { drawSources, drawTrust } from "./sources.js";
import { drawWhy } from "./why.js";
import { drawWorth } from "./worth.js";

export const drawPanel = {
  tabWorth: drawWorth,
  tabWhy: drawWhy,
  tabMap: drawMap,
  tabSaved: drawSaved,
  tabAssume: drawAssumptions,
  tabTable: drawTable,
  tabSources: drawSources,
  tabTrust: drawTrust,
};
