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

// A menu of [value, label] pairs, or of [group, pairs].
export function select(name, options, act, value) {
  const make = ([one, label]) =>
    Array.isArray(label)
      ? element("optgroup", { label: one }, ...label.map(make))
      : element("option", { value: one }, label);
  const node = element("select", { name }, ...options.map(make));
  if (value !== undefined) node.value = value;
  node.addEventListener("change", () => act(node.value));
  return node;
}

export function table(head, rows, caption) {
  const cell = (tag, text) => {
    const attributes = { class: isNumber(text) ? "number" : "text" };
    if (tag === "th") attributes.scope = "col";
    return element(tag, attributes, ...[text].flat());
  };
  // A heading stands as its column does.
  const align = (text, at) => {
    const node = cell("th", text);
    if (rows.length && isNumber(rows[0][at])) node.className = "number";
    return node;
  };
  const body = rows.map((row) => element("tr", {}, ...row.map((text) => cell("td", text))));
  return element(
    "table", { class: "numbers" },
    ...(caption ? [element("caption", {}, caption)] : []),
    element("thead", {}, element("tr", {}, ...head.map(align))), element("tbody", {}, ...body),
  );
}

// Wide things scroll by themselves; the keyboard reaches them.
export function scroll(label, ...children) {
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, ...children);
}

// What a reader opens if he wants it.
export function fold(label, ...children) {
  return element("details", {}, element("summary", {}, label), ...children);
}

function isNumber(text) {
  return typeof text === "string" && /^[−\d–]/.test(text) && !/[a-z]{3}/i.test(text);
}
