// Texts and numbers in the language that is chosen.

export class Words {
  constructor(strings, language) {
    this.strings = strings;
    this.language = language;
    this.format = new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB", {
      maximumSignificantDigits: 3,
    });
  }

  // A text of the table, with {name} filled in.
  text(key, given = {}) {
    const text = this.strings.text[key]?.[this.language];
    if (text === undefined) throw new Error(`no text ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name) => String(given[name]));
  }

  // A name of the model; elements in brackets are names of their own.
  name(name) {
    const [, bare, cell] = /^([^[]*)(?:\[(.*)\])?$/.exec(name) ?? [null, name];
    const shown = this.language === "zh" ? this.strings.names[bare] : undefined;
    return this.cell(shown ?? bare.charAt(0).toUpperCase() + bare.slice(1), cell);
  }

  // A variable with its elements.
  cell(variable, cell) {
    const parts = cell ? cell.split(", ").map((one) => this.inside(one)) : [];
    const shown = this.inside(variable);
    return parts.length ? `${shown} (${parts.join(", ")})` : shown;
  }

  // What a starting point is.
  about(preset) {
    return this.inside(preset.description);
  }

  // A name within a sentence; proper names keep their capital.
  inside(name) {
    return (this.language === "zh" && this.strings.names[name]) || name;
  }

  // What a lever is and where its span comes from.
  lever(lever) {
    return (this.language === "zh" && this.strings.lever[lever.name]) || lever;
  }

  number(value) {
    if (!Number.isFinite(value)) return "–";
    return this.format.format(value === 0 ? 0 : value).replace("-", "−");
  }

  // What a unit is called here, and the factor from the model's.
  unit(unit) {
    const [name, factor] = unit[this.language];
    return { name, factor };
  }

  // The unit of money, and the factor from million yuan.
  get moneyUnit() {
    return this.unit(this.strings.money);
  }

  // Money in million yuan.
  money(value) {
    const { name, factor } = this.moneyUnit;
    return `${this.number(value * factor)} ${name}`;
  }

  list(parts) {
    if (parts.length < 2) return parts.join("");
    return parts.slice(0, -1).join(this.text("comma")) + this.text("and") + parts.at(-1);
  }
}

// The verdict: sentences on cost, gain, odds, nation, losers and debt. `found` has numbers in million
// yuan; its odds are missing while the draws are running.
export function writeVerdict(words, found) {
  if (found.nothing) return [words.text("verdictNothing")];
  const year = found.year;
  const gain = words.money(Math.abs(found.gain));
  const cost = words.money(found.cost);
  const ratio = words.number(found.gain / found.cost);
  const sentences = [
    words.text(found.gain >= 0 ? "verdictCost" : "verdictCostLoss", { year, cost, gain, ratio }),
  ];
  if (found.gainOdds) sentences.push(words.text("verdictOdds", writeOdds(words, found.gainOdds)));
  const benefit = words.money(found.benefit);
  if (found.benefitOdds) {
    sentences.push(words.text("verdictNation", { benefit, ...writeOdds(words, found.benefitOdds) }));
    const { above, of } = found.benefitOdds;
    if (of > 0 && (above === 0 || above === of)) {
      sentences.push(words.text("rule", { of, share: Math.ceil((3 / of) * 100) }));
    }
  }
  if (found.losers.length) {
    const places = found.losers.map(({ place, amount }) =>
      words.text("verdictLoser", {
        place: place === null ? words.text("restOfChina") : words.inside(place),
        amount: words.money(amount),
      }),
    );
    sentences.push(words.text("verdictLosers", { year, places: words.list(places) }));
  }
  const way = words.text(found.debt >= 0 ? "higher" : "lower");
  const amount = words.money(Math.abs(found.debt));
  sentences.push(words.text("verdictDebt", { amount, way, year }));
  return sentences;
}

function writeOdds(words, odds) {
  return {
    above: odds.above,
    of: odds.of,
    low: words.money(odds.low),
    high: words.money(odds.high),
  };
}
