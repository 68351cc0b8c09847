// The left pane: the public. Anyone can be anyone here.

import { h } from "./dom.js";
import { ago, clock, direction, face, posted } from "./words.js";

const MARKS = {
  government: ["gov", "Government account"],
  link: ["gov", "Verified link"],
  blue: ["blue", "Paid mark"],
  business: ["business", "Organisation"],
  parody: ["parody", "Parody"],
};

export function pane(state, ui, did) {
  const here = state.public[ui.network];
  const people = new Map(here.people.map((one) => [one.handle, one]));
  const where = { state, here, ui, did, people };
  return h("section", { class: "pane public", key: "public", "aria-label": "The public", id: "public" },
    h("header", { class: "bar" },
      h("h2", {}, "The public"),
      networks(where),
      h("p", { class: "sub" }, here.about)),
    tabs(where),
    ui.shelf === "posts" ? posts(where) : direct(where));
}

function networks({ state, ui, did }) {
  const names = Object.keys(state.public);
  if (names.length < 2) return null;
  return h("div", { class: "networks", role: "tablist", "aria-label": "Network" }, names.map((name) => h("button", {
    type: "button", role: "tab", "aria-selected": String(ui.network === name), key: name, "data-network": name,
    on: { click: () => did.network(name) },
  }, state.public[name].title)));
}

function tabs({ here, ui, did }) {
  const tab = (name, label) => h("button", {
    type: "button", role: "tab", "aria-selected": String(ui.shelf === name), key: name,
    on: { click: () => did.shelf(name) },
  }, label);
  const letters = new Set(here.direct.map((one) => one.thread)).size;
  return h("div", { class: "tabs", role: "tablist", "aria-label": "What to read" },
    tab("posts", "Posts"), tab("direct", `${here.letters}${letters ? ` · ${letters}` : ""}`));
}

// Posts, the thread that moved last on top

function posts(where) {
  const threads = new Map();
  for (const post of where.here.posts) {
    if (!threads.has(post.thread)) threads.set(post.thread, []);
    threads.get(post.thread).push(post);
  }
  const latest = (thread) => Math.max(...thread.map((post) => post.at));
  const ordered = [...threads.values()].sort((a, b) => latest(b) - latest(a));
  return h("div", { class: "scroll", key: "posts" },
    composer(where, null),
    h("ol", { class: "timeline" }, ordered.map((thread) => h("li", { key: thread[0].thread, class: "thread" },
      thread.map((post, n) => article(where, post, n, n < thread.length - 1))))),
    !ordered.length && h("p", { class: "empty" }, "Nobody has written yet. In a moment they will."));
}

function article(where, post, depth, goes_on) {
  const { ui, did, people, state } = where;
  const by = people.get(post.by);
  const marks = state.guide.answer === post.id && ui.target === "reply" ? "next" : "";
  const editing = ui.editing === post.id;
  return h("article", {
    key: post.id, id: `post-${post.id}`, tabindex: "-1", "data-post": post.id, on: { click: () => did.saw(post.id) },
    class: `post ${by.official ? "official" : ""} ${depth ? "reply" : ""} ${goes_on ? "on" : ""} ${marks}`,
  },
    face(by.name, by.name, by.official ? "square" : ""),
    h("div", { class: "body" },
      h("p", { class: "who" }, name(by), h("span", { class: "at" }, `@${by.handle}`), when(post.at),
        post.edited && h("span", { class: "at" }, "· edited")),
      editing ? editor(where, post) : h("p", { class: "text", dir: direction(post.text) }, posted(post.text)),
      !editing && h("div", { class: "post-acts" },
        h("button", { type: "button", on: { click: () => did.reply(post.id) } }, "Reply"),
        !by.official && h("button", { type: "button", on: { click: () => did.edit(post.id) } }, "Edit"),
        !by.official && h("button", { type: "button", on: { click: () => did.remove(post.id) } }, "Delete")),
      ui.reply === post.id && composer(where, post)));
}

function name(by) {
  const mark = MARKS[by.official ? "government" : by.mark];
  return [
    h("span", { class: "name", dir: "auto" }, by.name),
    mark && h("span", { class: `mark ${mark[0]}`, title: mark[1], role: "img", "aria-label": mark[1] }, "✓"),
  ];
}

function when(at) {
  return h("time", { class: "at", datetime: new Date(at).toISOString(), title: clock(at) }, `· ${ago(at, "en-GB")}`);
}

function editor({ did }, post) {
  const submit = (event) => {
    event.preventDefault();
    did.edited(post.id, event.target.elements.text.value);
  };
  return h("form", { class: "composer small", key: `edit-${post.id}`, on: { submit } },
    h("label", { class: "hidden", for: `edit-${post.id}` }, "Edit the post"),
    h("textarea", { id: `edit-${post.id}`, name: "text", rows: 3, dir: "auto", value: post.text }),
    h("div", { class: "row" },
      h("button", { class: "pill", type: "submit" }, "Save"),
      h("button", { class: "quiet", type: "button", on: { click: () => did.edit(null) } }, "Cancel")));
}

// Write as anyone

function writers(where, id) {
  const { here, ui, did } = where;
  const people = here.people.filter((one) => !one.official);
  return h("span", { class: "as" },
    h("label", { for: id }, "Write as"),
    h("select", { id, value: ui.as, on: { change: (event) => did.as(event.target.value) } },
      people.map((one) => h("option", { value: one.handle, key: one.handle }, `${one.name} @${one.handle}`)),
      h("option", { value: "+", key: "+" }, "Someone new…")));
}

function newcomer({ here, did }) {
  const submit = (event) => {
    event.preventDefault();
    const { name: called, handle } = event.target.elements;
    did.join(called.value, handle.value);
  };
  return h("form", { class: "composer", key: "newcomer", on: { submit } },
    h("p", { class: "label" }, "Who are you?"),
    h("div", { class: "row" },
      h("label", { class: "hidden", for: "new-name" }, "Name"),
      h("input", { id: "new-name", name: "name", placeholder: "Name", required: true, maxlength: 50, dir: "auto", value: "" }),
      h("label", { class: "hidden", for: "new-handle" }, "Handle"),
      h("input", { id: "new-handle", name: "handle", placeholder: "handle", required: true, maxlength: 60, pattern: here.handles, value: "" })),
    h("div", { class: "row" },
      h("button", { class: "pill", type: "submit" }, "Join"),
      h("button", { class: "quiet", type: "button", on: { click: () => did.as(null) } }, "Cancel")));
}

function composer(where, post) {
  const { here, ui, did } = where;
  if (!post && ui.as === "+") return newcomer(where);
  const key = post ? `reply-${post.id}` : `compose-${ui.turn}`;
  const officials = here.people.filter((one) => one.official);
  const submit = (event) => {
    event.preventDefault();
    did.post(event.target.elements.text.value, post?.id || null);
  };
  const insert = (event, handle) => {
    const area = event.target.closest("form").elements.text;
    area.value = `@${handle} ${area.value.replace(/^@\S+ /, "")}`;
    area.focus();
  };
  return h("form", { class: `composer ${post ? "small" : ""}`, key, on: { submit } },
    h("div", { class: "row" }, writers(where, `as-${key}`)),
    h("label", { class: "hidden", for: `text-${key}` }, post ? "Your reply" : "Your post"),
    h("textarea", {
      id: `text-${key}`, name: "text", rows: post ? 2 : 2, dir: "auto", maxlength: here.longest,
      value: post ? `@${post.by} ` : "",
      placeholder: post ? "Write your reply" : `Ask @${officials[0]?.handle || "them"} something…`,
    }),
    h("div", { class: "row" },
      !post && officials.map((one) => h("button", {
        type: "button", class: "chip", key: one.handle, on: { click: (event) => insert(event, one.handle) },
      }, `@${one.handle}`)),
      h("span", { class: "fill" }),
      post && h("button", { class: "quiet", type: "button", on: { click: () => did.reply(null) } }, "Cancel"),
      h("button", { class: "pill", type: "submit" }, post ? "Reply" : "Post")));
}

// Private messages: one conversation open at a time

function direct(where) {
  const { here, ui, did, people } = where;
  const officials = here.people.filter((one) => one.official);
  if (ui.as === "+") return h("div", { class: "scroll", key: "direct" }, newcomer(where));
  const threads = new Map();
  for (const one of here.direct) {
    if (!threads.has(one.thread)) threads.set(one.thread, []);
    threads.get(one.thread).push(one);
  }
  return h("div", { class: "scroll", key: "direct" },
    letter(where, officials),
    [...threads.values()].reverse().map((thread) => {
      const outside = [thread[0].by, thread[0].to].map((one) => people.get(one)).find((one) => !one.official);
      const inside = [thread[0].by, thread[0].to].map((one) => people.get(one)).find((one) => one.official);
      return h("article", { class: "letters", key: thread[0].thread },
        h("p", { class: "who" }, outside && name(outside), h("span", { class: "at" },
          `@${outside?.handle} ↔ @${inside?.handle || thread[0].to}`)),
        thread.map((one) => h("div", {
          key: one.id, class: `bubble ${people.get(one.by).official ? "official" : ""}`,
        }, h("p", { class: "text", dir: direction(one.text) }, posted(one.text)), h("p", { class: "at" }, `@${one.by}`, " ", when(one.at)))));
    }),
    !threads.size && h("p", { class: "empty" }, "No private messages yet."));
}

function letter(where, officials) {
  const { ui, did } = where;
  const submit = (event) => {
    event.preventDefault();
    const { to, text } = event.target.elements;
    did.direct(to.value, text.value);
  };
  return h("form", { class: "composer", key: `letter-${ui.turn}`, on: { submit } },
    h("div", { class: "row" }, writers(where, "as-letter"),
      h("span", { class: "as" }, h("label", { for: "letter-to" }, "to"),
        h("select", { id: "letter-to", name: "to", value: ui.to || officials[0]?.handle,
          on: { change: (event) => did.to(event.target.value) } },
          officials.map((one) => h("option", { value: one.handle, key: one.handle }, `@${one.handle}`))))),
    h("label", { class: "hidden", for: "letter-text" }, "Your private message"),
    h("textarea", { id: "letter-text", name: "text", rows: 2, dir: "auto", maxlength: 4000,
      placeholder: "Only they can read this…", value: "" }),
    h("div", { class: "row" }, h("span", { class: "fill" }), h("button", { class: "pill", type: "submit" }, "Send")));
}
