// A chart with its heading, its numbers as a table, and buttons that save both.

import { button, element, fold, scroll, table } from "../controls/elements.js";
import { save, toFile } from "./lines.js";

// `rows` begins with the head; cells are numbers or text.
export function makeFigure(words, { title, svg, rows, name, note, wide }) {
  const format = (cell) => (typeof cell === "number" ? words.number(cell) : cell);
  const [head, ...body] = rows;
  const kinds = { png: () => toFile(svg, "png", name), svg: () => toFile(svg, "svg", name), csv: () => saveRows(rows, name) };
  const files = Object.entries(kinds).map(([kind, act]) =>
    button(kind.toUpperCase(), act, { "aria-label": words.text("saveAs", { kind: kind.toUpperCase(), title }) }),
  );
  const numbers = fold(words.text("numbersOf"));
  // A table of many rows is made when it is asked for.
  numbers.addEventListener("toggle", () => {
    if (numbers.open && numbers.children.length === 1) {
      const cells = body.map((row) => row.map((cell, at) => (at === 0 && typeof cell === "number" ? String(cell) : format(cell))));
      numbers.append(scroll(title, table(head, cells)));
    }
  });
  return element(
    "figure", {}, element("figcaption", {}, title), wide ? scroll(title, svg) : svg,
    ...(note ? [element("p", { class: "help" }, note)] : []),
    element("div", { class: "files" }, ...files, numbers),
  );
}

export function saveRows(rows, name) {
  const lines = rows.map((row) => row.map(quoteCell).join(","));
  save(new Blob([`\ufeff${lines.join("\n")}\n`], { type: "text/csv" }), `${name}.csv`);
}

export function nameFile(...parts) {
  return parts.join("-").replace(/[^\p{L}\p{N}_-]+/gu, "-");
}

function quoteCell(cell) {
  const text = typeof cell === "number" ? (Number.isFinite(cell) ? String(cell) : "") : cell;
  // A cell that a spreadsheet would run as a formula is text.
  const safe = /^[=+@]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
