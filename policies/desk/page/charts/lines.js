// Charts as SVG. Names are text: nothing of the data is read as markup.

const SVG = "http://www.w3.org/2000/svg";

export function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Round numbers between two, at most about `count`.
export function listTicks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const ticks = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at += 1) ticks.push(at * step);
  return ticks;
}

// An empty chart over the years: { svg, x, y } with the scales as functions.
export function drawFrame({ width, height, right = 18, low, high, first, last, label, unit, format, zero }) {
  const margin = { left: 58, right, top: 18, bottom: 24 };
  if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 1, low + 1] : [0, 1];
  const x = (year) =>
    margin.left + ((year - first) / (last - first || 1)) * (width - margin.left - margin.right);
  const y = (value) =>
    height - margin.bottom - ((value - low) / (high - low)) * (height - margin.top - margin.bottom);
  const svg = draw("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
    "font-family": "system-ui, sans-serif",
    "font-size": 11,
  });
  for (const tick of listTicks(low, high, height > 150 ? 5 : 3)) {
    const base = tick === 0 && zero;
    svg.append(
      draw("line", { x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick), stroke: base ? "#555" : "#ddd" }),
      draw("text", { x: margin.left - 6, y: y(tick) + 4, "text-anchor": "end", fill: "#444" }, format(tick)),
    );
  }
  for (const tick of listTicks(first, last, width > 400 ? 7 : 3)) {
    svg.append(
      draw("text", { x: x(tick), y: height - 6, "text-anchor": "middle", fill: "#444" }, String(tick)),
    );
  }
  svg.append(draw("text", { x: 2, y: 11, fill: "#444" }, unit));
  return { svg, x, y, top: margin.top, bottom: height - margin.bottom };
}

// A chart of lines and bands over the years.
// `layers`: { kind: "line", "band" or "points", years, values (bands: [low, high]), colour, dashed }.
export function drawChart({ width, height, layers, label, unit, format, zero = false, from, mark }) {
  const numbers = layers.flatMap((layer) => layer.values.flat()).filter(Number.isFinite);
  const low = Math.min(...numbers, zero ? 0 : Infinity);
  const high = Math.max(...numbers, zero ? 0 : -Infinity);
  const years = layers.flatMap((layer) => layer.years);
  const first = from ?? Math.min(...years);
  const last = Math.max(...years);
  const { svg, x, y, top, bottom } = drawFrame({ width, height, low, high, first, last, label, unit, format, zero });
  if (mark > first && mark < last) {
    svg.append(
      draw("line", { x1: x(mark), x2: x(mark), y1: top, y2: bottom, stroke: "#999", "stroke-dasharray": "2 3" }),
    );
  }
  for (const layer of layers) svg.append(...drawLayer(layer, x, y, first));
  return svg;
}

function drawLayer(layer, x, y, first) {
  const rows = layer.years
    .map((year, at) => [year, layer.values[at]])
    .filter(([year, value]) => year >= first && [value].flat().every(Number.isFinite));
  if (!rows.length) return [];
  const path = (points) => points.map(([year, value], at) => `${at ? "L" : "M"}${x(year).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  if (layer.kind === "band") {
    const above = rows.map(([year, [, high]]) => [year, high]);
    const below = rows.map(([year, [low]]) => [year, low]).reverse();
    const d = `${path(above)}${path(below).replace("M", "L")}Z`;
    return [draw("path", { d, fill: layer.colour, "fill-opacity": 0.18, stroke: "none" })];
  }
  if (layer.kind === "points") {
    return rows.map(([year, value]) =>
      draw("circle", { cx: x(year), cy: y(value), r: 2.2, fill: "#fff", stroke: layer.colour }),
    );
  }
  const dashes = layer.dashed ? { "stroke-dasharray": layer.dashed } : {};
  return [draw("path", { d: path(rows), fill: "none", stroke: layer.colour, "stroke-width": 2, ...dashes })];
}

// Save a chart as a file.
export function toFile(svg, kind, name, background = "#fff") {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", SVG);
  const [, , width, height] = copy.getAttribute("viewBox").split(" ").map(Number);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("fill", "#111");
  const text = new XMLSerializer().serializeToString(copy);
  if (kind === "svg") return Promise.resolve(save(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`));
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = width * 2;
      canvas.height = height * 2;
      const pen = canvas.getContext("2d");
      pen.fillStyle = background;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => resolve(save(blob, `${name}.png`)), "image/png");
    };
    image.onerror = reject;
    image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  });
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
