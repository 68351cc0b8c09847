// The right pane: the team's Slack, as one member sees it.

import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { clock, emoji, face, mrkdwn, plain, seen } from "./words.js";

export function pane(state, ui, did) {
  const where = { state, ui, did, channels: state.slack.channels };
  const view = state.slack.view;
  return h("section", { class: "pane slack", key: "slack", "aria-label": "Your team's Slack", id: "slack" },
    h("div", { class: "client", inert: Boolean(view) },
      h("header", { class: "bar" },
        h("h2", {}, "Your team's Slack"),
        members(where)),
      h("div", { class: "columns" }, sidebar(where), inside(where))),
    view && modal(where, view));
}

// Who you are

function members({ state, ui, did }) {
  return h("div", { class: "members", role: "group", "aria-label": "Act as" }, state.team.map((one) => {
    const on = one.user === ui.user;
    const first = one.name.split(" ")[0];
    return h("button", {
      type: "button", key: one.user, "aria-pressed": String(on), "data-user": one.user,
      class: `member ${ui.target === `member:${one.user}` ? "next" : ""}`,
      title: one.supervisor ? `${one.name}, supervisor` : one.name,
      on: { click: () => did.become(one.user) },
    }, face(one.name, one.user, "small square"), h("span", {}, first),
      one.supervisor && h("small", {}, "supervisor"),
      ui.rung[one.user] > 0 && h("span", { class: "badge" }, String(ui.rung[one.user])));
  }));
}

// Channels

export function unread(ui, channel) {
  const read = ui.read[`${ui.user}/${channel.id}`] || "0";
  return channel.messages.filter((one) => !one.thread && one.ts > read && one.user !== ui.user).length;
}

function sidebar(where) {
  const { channels, ui, did, state } = where;
  const mine = channels.filter((one) => one.kind === "channel");
  const app = channels.find((one) => one.kind === "im");
  const home = ui.place === "home";
  return h("nav", { class: "sidebar", "aria-label": "Channels" },
    h("h3", {}, "Channels"),
    h("ul", {}, mine.map((one) => h("li", { key: one.id }, entry(where, one)))),
    h("h3", {}, "Apps"),
    h("ul", {},
      h("li", { key: "home" }, h("button", {
        type: "button", class: `entry ${home ? "here" : ""} ${ui.target === "home" ? "next" : ""}`,
        "aria-current": home ? "page" : null, "data-place": "home", on: { click: () => did.home() },
      }, h("span", { class: "sign" }, "⌂"), h("span", { class: "called" }, "Chancery home"))),
      h("li", { key: "web" }, h("a", {
        class: "entry", href: `${state.product.url}/login/slack?to=/figures`, target: "_blank", rel: "noopener",
      }, h("span", { class: "sign", "aria-hidden": "true" }, "↗"), h("span", { class: "called" }, "Figures on the web"))),
      app && h("li", { key: app.id }, entry(where, app)),
      state.shortcuts.filter((one) => one.where === "global").map((one) => h("li", { key: one.callback },
        h("button", { type: "button", class: "entry", on: { click: () => did.shortcut(one.callback) } },
          h("span", { class: "sign" }, "⚡"), h("span", { class: "called" }, one.title))))));
}

function entry({ ui, did }, channel) {
  const here = ui.place === channel.id;
  const waiting = here ? 0 : unread(ui, channel);
  const called = channel.kind === "im" ? "Chancery" : channel.name;
  return h("button", {
    type: "button", "data-place": channel.id, "aria-current": here ? "page" : null,
    class: `entry ${here ? "here" : ""} ${waiting ? "unread" : ""} ${ui.target === `place:${channel.id}` ? "next" : ""}`,
    on: { click: () => did.go(channel.id) },
  },
    h("span", { class: "sign", "aria-label": channel.private ? "private channel" : null, role: channel.private ? "img" : null },
      channel.kind === "im" ? "●" : channel.private ? "🔒" : "#"),
    h("span", { class: "called" }, called),
    waiting > 0 && h("span", { class: "badge", "aria-label": `${waiting} unread` }, String(waiting)));
}

// What is open: a channel, a thread, or the app's Home

function inside(where) {
  const { ui, channels } = where;
  if (ui.place === "home") return home(where);
  const channel = channels.find((one) => one.id === ui.place);
  if (!channel) return h("div", { class: "inside" }, h("p", { class: "empty" }, "This channel is not open to you."));
  return ui.thread ? thread(where, channel) : talk(where, channel);
}

function talk(where, channel) {
  const messages = channel.messages.filter((one) => !one.thread || one.broadcast);
  const name = channel.kind === "im" ? "Chancery" : `${channel.private ? "🔒" : "#"} ${channel.name}`;
  const who = channel.private ? "Private · only members can read this" : "Everybody here can read this";
  return h("div", { class: "inside", key: `channel-${channel.id}` },
    h("header", { class: "head" }, h("h3", {}, name), h("p", {}, channel.kind === "im" ? "Direct message" : who)),
    h("div", { class: "scroll messages", key: "messages", "data-bottom": channel.id, tabindex: "0", role: "region", "aria-label": `Messages in ${name}` },
      !messages.length && h("p", { class: "empty" }, "Quiet here. Cards appear as the public writes."),
      h("ol", {}, messages.map((one) => message(where, channel, one)))),
    writer(where, channel, null));
}

function thread(where, channel) {
  const { ui, did } = where;
  const messages = channel.messages.filter((one) => one.ts === ui.thread || one.thread === ui.thread);
  return h("div", { class: "inside", key: `thread-${ui.thread}` },
    h("header", { class: "head" },
      h("button", { type: "button", class: "quiet", on: { click: () => did.thread(null) } }, "← Back"),
      h("h3", {}, "Thread"), h("p", {}, channel.kind === "im" ? "" : `#${channel.name}`)),
    h("div", { class: "scroll messages", key: "messages", "data-bottom": ui.thread, tabindex: "0", role: "region", "aria-label": "Thread" },
      h("ol", {}, messages.map((one) => message(where, channel, one, true)))),
    writer(where, channel, ui.thread));
}

function home({ state, ui, did }) {
  const view = state.slack.home;
  const surface = view && in_view(view, ui, did);
  return h("div", { class: "inside", key: "home" },
    h("header", { class: "head" }, h("h3", {}, "Chancery"), h("p", {}, "Home")),
    h("div", { class: "scroll home", key: "home", tabindex: "0", role: "region", "aria-label": "Chancery home" },
      view ? blocks(view.blocks, surface) : h("p", { class: "empty" }, "Opening…")));
}

function in_view(view, ui, did) {
  return {
    id: view.id,
    values: view.state.values,
    errors: ui.errors[view.id],
    act: (one, block, how) => did.touch(one, block, how),
    type: (one, block, text) => did.type(view, one, block, text),
    offered: (one) => ui.offered[one.action_id],
    look: (one, _, text) => did.look(one, text),
  };
}

// A message

function message(where, channel, one, in_thread = false) {
  const { state, ui, did } = where;
  const user = seen.users.get(one.user) || { real_name: one.user, id: one.user };
  const replies = channel.messages.filter((other) => other.thread === one.ts);
  const surface = {
    id: `${channel.id}-${one.ts}`,
    values: one.chosen,
    act: (element, block, how) => did.click(channel.id, one.ts, element, block, how),
    type: () => {},
    offered: (element) => ui.offered[element.action_id],
    look: (element, _, text) => did.look(element, text, channel.id, one.ts),
  };
  const shortcuts = state.shortcuts.filter((shortcut) => shortcut.where === "message");
  return h("li", { key: one.ts, class: `message ${one.ephemeral ? "ephemeral" : ""}`, "data-ts": one.ts },
    face(user.bot ? "C" : user.real_name, user.id, "square"),
    h("div", { class: "body" },
      h("p", { class: "who" }, h("span", { class: "name" }, user.real_name),
        user.bot && h("span", { class: "app" }, "APP"),
        h("time", { class: "at", datetime: new Date(one.ts * 1000).toISOString() }, clock(one.ts * 1000)),
        one.edited && !user.bot && h("span", { class: "at" }, "(edited)")),
      one.ephemeral && h("p", { class: "at" }, "Only visible to you"),
      one.blocks.length ? blocks(one.blocks, surface)
        : h("div", { class: "prose", dir: "auto" }, mrkdwn(one.text)),
      reactions(one),
      !in_thread && replies.length > 0 && h("button", { type: "button", class: "replies", on: { click: () => did.thread(one.ts) } },
        `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`)),
    !one.ephemeral && h("div", { class: "tools" },
      !in_thread && h("button", { type: "button", title: "Reply in thread", "aria-label": "Reply in thread", on: { click: () => did.thread(one.ts) } }, "↩"),
      shortcuts.map((shortcut) => h("button", {
        type: "button", key: shortcut.callback, title: shortcut.title, "aria-label": `${shortcut.title} (message shortcut)`,
        on: { click: () => did.shortcut(shortcut.callback, channel.id, one.ts) },
      }, "⚡"))));
}

function reactions(one) {
  const counted = new Map();
  for (const { name } of one.reactions) counted.set(name, (counted.get(name) || 0) + 1);
  if (!counted.size) return null;
  return h("p", { class: "reactions" }, [...counted].map(([name, count]) =>
    h("span", { key: name, role: "img", "aria-label": `${name}, ${count}` }, `${emoji(name)} ${count}`)));
}

function writer({ state, ui, did }, channel, thread_ts) {
  const key = `say-${channel.id}-${thread_ts || ""}-${ui.turn}`;
  const say = (form) => did.say(channel.id, form.elements.text.value, thread_ts);
  const submit = (event) => {
    event.preventDefault();
    say(event.target);
  };
  const keydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say(event.target.form);
  };
  const hint = thread_ts ? "Reply… (only the team sees this)" : `Message, or ${state.command} next`;
  return h("form", { class: "writer", key, on: { submit } },
    h("label", { class: "hidden", for: key }, hint),
    h("textarea", { id: key, name: "text", rows: 1, dir: "auto", placeholder: hint, value: "", on: { keydown } }),
    h("button", { type: "submit", class: "send", "aria-label": "Send" }, "➤"));
}

// The modal on top of the stack

function modal({ state, ui, did }, view) {
  const submit = (event) => {
    event.preventDefault();
    did.submit(view);
  };
  const keydown = (event) => {
    if (event.key === "Escape") did.close(view);
    if (event.key === "Tab") stay(event);
  };
  return h("div", { class: "veil", key: "veil" },
    h("div", {
      class: "modal", key: view.id, role: "dialog", "aria-modal": "true", "aria-labelledby": `${view.id}-title`,
      "data-view": view.id, "data-callback": view.callback_id, on: { keydown },
    }, h("form", { novalidate: true, on: { submit } },
      h("header", {},
        h("h2", { id: `${view.id}-title` }, plain(view.title)),
        h("button", { type: "button", class: "quiet", "aria-label": "Close", on: { click: () => did.close(view) } }, "✕")),
      h("div", { class: "scroll", key: "blocks" }, blocks(view.blocks, in_view(view, ui, did))),
      ui.trouble && h("p", { class: "error", role: "alert" }, ui.trouble),
      h("footer", {},
        state.slack.depth > 1 && h("span", { class: "at fill" }, `${state.slack.depth} deep`),
        h("button", {
          type: "button", class: `button ${ui.target === "close" ? "next" : ""}`, on: { click: () => did.close(view) },
        },
          view.close ? plain(view.close) : view.submit ? "Cancel" : "Close"),
        view.submit && h("button", {
          type: "submit", "aria-disabled": ui.busy ? "true" : null, "data-submit": view.id,
          class: `button primary ${ui.target === "submit" ? "next" : ""}`,
        }, plain(view.submit))))));
}

// Tab goes round inside the modal, as in Slack.
function stay(event) {
  const inside = [...event.currentTarget.querySelectorAll("button, a[href], input, select, textarea, summary")]
    .filter((one) => !one.disabled && one.offsetParent !== null);
  const [first, last] = [inside[0], inside.at(-1)];
  if (event.shiftKey && document.activeElement === first) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && document.activeElement === last) {
    event.preventDefault();
    first.focus();
  }
}
