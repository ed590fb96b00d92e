// The few helpers with which views are built and changed in place, so that focus and scrolling survive an update.
const SVG = "http://www.w3.org/2000/svg";

/** Make an element: h("button", {class: "x", testid: "y", onclick: f}, "text", child). */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "testid") node.dataset.testid = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function setText(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

export function setAttr(node, name, value) {
  const wanted = value === true ? "" : value;
  if (wanted === false || wanted === null || wanted === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(wanted)) node.setAttribute(name, wanted);
}

/** Keep the keyboard on `card` when the change hides or removes the very button that was pressed. */
export function keepFocus(card, change) {
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  change();
  if (focused && !(card.contains(focused) && focused.checkVisibility())) card.focus({ preventScroll: true });
}

/** Give `parent` exactly these children in this order; what is in place already is not touched. */
export function arrange(parent, nodes) {
  const focused = document.activeElement;
  const kept = new Set(nodes);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  nodes.forEach((node, index) => {
    const there = parent.children[index] ?? null;
    if (there === node) return;
    if (parent.moveBefore && node.isConnected && parent.isConnected) parent.moveBefore(node, there);
    else parent.insertBefore(node, there);
  });
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** One view a key: `show(items)` makes, updates, orders and forgets views. */
export function keyed(parent, keyOf, create) {
  const views = new Map();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const key of views.keys()) if (!keys.has(key)) views.delete(key);
    const nodes = items.map((item) => {
      const key = keyOf(item);
      if (!views.has(key)) views.set(key, create(item));
      views.get(key).update(item);
      return views.get(key).node;
    });
    arrange(parent, nodes);
  };
}
