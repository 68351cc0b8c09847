// Draws trees and mends the page in place, so that what somebody types is never lost.
// A node is a string or {tag, attrs, on, kids, key}; texts go in as text nodes, never as HTML.

const SVG = "http://www.w3.org/2000/svg";
const OWN = new Set(["value", "checked", "selected"]);

export function h(tag, attrs, ...kids) {
  const { key, on, ...rest } = attrs || {};
  return { tag, key, on: on || {}, attrs: rest, kids: kids.flat(Infinity).filter(shown) };
}

function shown(kid) {
  return kid !== null && kid !== undefined && kid !== false && kid !== "";
}

function nodeOf(tree, inSvg) {
  if (typeof tree !== "object") return document.createTextNode(String(tree));
  const svg = inSvg || tree.tag === "svg";
  const node = svg ? document.createElementNS(SVG, tree.tag) : document.createElement(tree.tag);
  node.heard = {};
  node.tree = { attrs: {}, on: {} };
  dress(node, tree);
  patchKids(node, tree.kids, svg);
  if ("value" in tree.attrs) node.value = node.wanted = tree.attrs.value ?? "";
  choose(node);
  return node;
}

function dress(node, tree) {
  const before = node.tree.attrs;
  for (const name of Object.keys(before)) {
    if (!(name in tree.attrs)) set(node, name, null, before[name]);
  }
  for (const [name, value] of Object.entries(tree.attrs)) {
    if (before[name] !== value || OWN.has(name)) set(node, name, value, before[name]);
  }
  for (const name of Object.keys(tree.on)) {
    if (!node.heard[name]) {
      node.heard[name] = true;
      node.addEventListener(name, (event) => node.tree.on[name]?.(event));
    }
  }
  node.tree = tree;
  node.key = tree.key;
}

// A property that a person can change is set only when the tree itself says something new; a text
// that is being typed never, for the tree may be some keystrokes behind.
function set(node, name, value, before) {
  if (OWN.has(name)) {
    const typed = name === "value" && node.tagName !== "SELECT";
    if (value !== before && !typed) node[name] = node.wanted = value ?? "";
  } else if (value === null || value === undefined || value === false) {
    node.removeAttribute(name);
  } else {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

function same(node, tree) {
  if (typeof tree !== "object") return node.nodeType === Node.TEXT_NODE;
  return (
    node.nodeType === Node.ELEMENT_NODE &&
    node.tree?.tag === tree.tag &&
    (node.key ?? null) === (tree.key ?? null)
  );
}

function mend(node, tree, svg) {
  if (typeof tree !== "object") {
    if (node.data !== String(tree)) node.data = String(tree);
    return;
  }
  dress(node, tree);
  patchKids(node, tree.kids, svg || tree.tag === "svg");
  choose(node);
}

// A menu cannot show a choice before its option is there; then it is chosen when it comes.
function choose(node) {
  if (node.tagName !== "SELECT" || node.wanted === undefined) return;
  node.value = node.wanted;
  if (node.value === node.wanted) node.wanted = undefined;
}

function patchKids(parent, kids, svg) {
  const keyed = new Map();
  for (const child of parent.childNodes) if (child.key != null) keyed.set(child.key, child);
  let at = parent.firstChild;
  for (const kid of kids) {
    const known = kid.key != null ? keyed.get(kid.key) : undefined;
    if (known && known !== at && same(known, kid)) {
      // Step over what is gone before moving anything: a moved element loses its focus.
      while (at && at !== known && !kids.some((one) => one.key != null && one.key === at.key)) {
        const gone = at;
        at = at.nextSibling;
        gone.remove();
      }
      if (at !== known) parent.insertBefore(known, at);
    }
    const found = known && same(known, kid) ? known : at && at.key == null && same(at, kid) ? at : null;
    if (found) {
      mend(found, kid, svg);
      at = found.nextSibling;
    } else {
      parent.insertBefore(nodeOf(kid, svg), at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

export function draw(parent, ...kids) {
  patchKids(parent, kids.flat(Infinity).filter(shown), false);
}
