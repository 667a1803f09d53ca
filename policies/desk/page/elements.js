// Elements of the page. What they hold is text, never markup.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function button(label, act, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", act);
  return node;
}

// A menu of [value, label] pairs.
export function select(name, options, act, value) {
  const node = element("select", { name }, ...options.map(([one, label]) => element("option", { value: one }, label)));
  if (value !== undefined) node.value = value;
  node.addEventListener("change", () => act(node.value));
  return node;
}

export function table(head, rows, caption) {
  const cell = (tag) => (text) =>
    element(tag, { ...(tag === "th" ? { scope: "col" } : {}), class: isNumber(text) ? "number" : "text" }, ...[text].flat());
  const body = rows.map((row) => element("tr", {}, ...row.map(cell("td"))));
  const parts = [element("thead", {}, element("tr", {}, ...head.map(cell("th")))), element("tbody", {}, ...body)];
  return element("table", { class: "numbers" }, ...(caption ? [element("caption", {}, caption)] : []), ...parts);
}

function isNumber(text) {
  return typeof text === "string" && /^[−\d–]/.test(text);
}
