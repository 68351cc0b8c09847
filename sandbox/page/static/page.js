// The page: what it remembers, what a visitor does, and drawing it anew when anything changes.

import { draw, h } from "./dom.js";
import * as guide from "./guide.js";
import * as people from "./public.js";
import * as slack from "./slack.js";
import { act, listen, state as fetched, typing } from "./wire.js";
import { plain, seen } from "./words.js";

let state = null;
let waiting = null;

const ui = {
  user: "", place: "", thread: null, side: "slack", network: "", writers: {}, shelf: "posts", as: "", to: "", reply: null, editing: null,
  turn: 0, read: {}, errors: {}, offered: {}, rung: {}, toasts: [], trouble: "", busy: false, saw: false, toured: false,
  sent: 0, step: { step: 0, hint: "" }, target: null, lost: false, chose: false, places: {},
};

// Fetching

function refresh() {
  if (waiting) return;
  waiting = setTimeout(async () => {
    waiting = null;
    const user = ui.user;
    const fresh = await fetched(user).catch(() => null);
    if (fresh && user === ui.user) take(fresh);
  }, 30);
}

function take(fresh) {
  state = fresh;
  ui.lost = false;
  if (!ui.user) ui.user = state.team[0].user;
  if (!ui.network) ui.network = state.guide.network;
  if (!ui.as) ui.as = somebody();
  seen.posts = new Map(Object.entries(state.public).flatMap(([network, one]) =>
    one.posts.map((post) => [post.url, { network, id: post.id }])));
  seen.users = new Map(state.slack.users.map((one) => [one.id, one]));
  seen.channels = new Map(state.slack.channels.map((one) => [one.id, one]));
  seen.me = seen.users.get(ui.user);
  // Who sits here: signing in with Slack asks nobody twice. A port is no part of a cookie's address.
  document.cookie = `slack_sandbox_user=${ui.user}; path=/; SameSite=Lax`;
  if (!state.slack.channels.some((one) => one.id === ui.place) && ui.place !== "home") {
    const first = state.slack.channels.find((one) => one.kind === "channel");
    ui.place = ui.places[ui.user] || first?.id || "home";
  }
  render();
}

// Whom to write as at first: anybody who is not official.
const somebody = () => state.public[ui.network].people.find((one) => !one.official)?.handle || "+";

// Drawing

function render() {
  if (!state) return;
  const before = focused();
  mark_read();
  ui.step = guide.next(state, ui);
  ui.target = ui.step.target;
  const bottoms = at_bottom();
  document.documentElement.classList.toggle("show-public", ui.side === "public");
  draw(document.getElementById("top"), top());
  draw(document.getElementById("panes"), people.pane(state, ui, did), slack.pane(state, ui, did));
  draw(document.getElementById("toasts"), ui.toasts.map(toast));
  guide.ring(ui);
  keep_bottom(bottoms);
  keep_focus(before);
  lead();
}

function top() {
  return [
    h("div", { class: "brand", key: "brand" },
      h("img", { src: "/static/icon.svg", alt: "", width: 28, height: 28 }),
      h("h1", {}, "Chancery"),
      h("p", {}, "demo · nothing leaves this computer"),
      product()),
    h("div", { class: "guiding", key: "guide" }, guide.bar(state, ui)),
    h("div", { class: "sides", key: "sides", role: "tablist", "aria-label": "Pane" },
      side("public", "The public"), side("slack", "Your team's Slack")),
    faults(),
  ];
}

function side(name, label) {
  const next = ui.step.side === name && ui.side !== name;
  return h("button", {
    type: "button", role: "tab", key: name, "aria-selected": String(ui.side === name), class: next ? "next" : "",
    on: { click: () => { ui.side = name; ui.chose = true; render(); } },
  }, label);
}

const STATES = { ready: "running", starting: "starting…", stopped: "stopped; starting it again…" };

function product() {
  const now = ui.lost ? "the demo has ended" : `product ${STATES[state.product.state]}`;
  return h("p", { class: `product ${ui.lost ? "stopped" : state.product.state}`, role: "status" }, now);
}

function faults() {
  return h("details", { class: "faults", key: "faults" },
    h("summary", {}, "Break things"),
    h("div", { class: "sheet" },
      h("p", {}, "For the curious: let the outside world misbehave, and see what the team notices."),
      state.switches.map((one) => h("div", { class: "switch", key: one.name },
        h("button", {
          type: "button", class: `pill ${one.left ? "on" : ""}`, "aria-pressed": String(one.left > 0),
          "aria-describedby": `says-${one.name}`,
          on: { click: () => run("/switch", { name: one.name, on: !one.left }) },
        }, one.title, one.left > 0 ? (one.lasting ? " · on" : ` · ${one.left} left`) : ""),
        h("p", { id: `says-${one.name}` }, one.says)))));
}

// Toasts: pushes to the telephone, and what went wrong

function toast(one) {
  return h("div", { class: `toast ${one.kind}`, key: one.key },
    h("div", {}, h("strong", {}, one.title), h("p", { dir: "auto" }, one.text)),
    one.go && h("button", { type: "button", class: "quiet", on: { click: one.go } }, "Open"),
    h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", on: { click: () => dismiss(one) } }, "✕"));
}

let toasts = 0;

function tell(kind, title, text, go) {
  const made = { kind, title, text, key: ++toasts };
  made.go = go && (() => { dismiss(made); go(); });
  ui.toasts = [...ui.toasts.slice(-2), made];
  setTimeout(() => dismiss(made), 9000);
  render();
}

function dismiss(one) {
  ui.toasts = ui.toasts.filter((other) => other !== one);
  render();
}

async function pushed({ user, channel, ts }) {
  if (user !== ui.user) {
    ui.rung[user] = (ui.rung[user] || 0) + 1;
    return render();
  }
  const fresh = await fetched(ui.user).catch(() => null);
  if (fresh) take(fresh);
  const place = state.slack.channels.find((one) => one.id === channel);
  const message = place?.messages.find((one) => one.ts === ts);
  if (!message || (ui.place === channel && (!message.thread || ui.thread === message.thread))) return;
  const from = seen.users.get(message.user)?.real_name || "Slack";
  tell("push", place.kind === "im" ? from : `${from} in #${place.name}`, bare(message.text), () => {
    did.go(channel);
    if (message.thread) did.thread(message.thread);
  });
}

// What a lock screen shows of a text: no marks, no tokens.
function bare(text) {
  return text
    .replace(/<@([A-Z0-9]+)[^>]*>/g, (_, id) => `@${seen.users.get(id)?.real_name || id}`)
    .replace(/<!date\^[^>|]*\|([^>]*)>/g, "$1")
    .replace(/<[^>|]*\|([^>]*)>/g, "$1").replace(/<([^>]*)>/g, "$1")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&")
    .replace(/([*_~`])(\S(?:.*?\S)?)\1/g, "$2").slice(0, 160);
}

// Reading, scrolling, focus

function mark_read() {
  const channel = state.slack.channels.find((one) => one.id === ui.place);
  const last = channel?.messages.at(-1);
  if (last) ui.read[`${ui.user}/${channel.id}`] = last.ts;
}

function at_bottom() {
  const found = document.querySelector("[data-bottom]");
  if (!found) return null;
  return found.scrollHeight - found.scrollTop - found.clientHeight < 60 ? found.dataset.bottom : null;
}

let shown = null;

function keep_bottom(before) {
  const found = document.querySelector("[data-bottom]");
  if (!found) return void (shown = null);
  const fresh = shown !== found.dataset.bottom;
  if (fresh || before === found.dataset.bottom) found.scrollTop = found.scrollHeight;
  shown = found.dataset.bottom;
}

// What has the focus, and how to find it again once drawing has replaced it.
function focused() {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  return { node, id: node.id, ts: node.closest("[data-ts]")?.dataset.ts, action: node.dataset.action };
}

function again({ id, ts, action }) {
  const message = ts && document.querySelector(`[data-ts="${ts}"]`);
  return document.getElementById(id)
    || message?.querySelector(action ? `[data-action="${CSS.escape(action)}"]` : "button")
    || message?.querySelector("button, a[href]");
}

function first_in_modal() {
  const dialog = document.querySelector(".modal");
  return dialog.querySelector("[data-focus], textarea, .scroll input, .scroll select")
    || dialog.querySelector("footer button:last-child");
}

let open = null;
let opener = null;

// A modal takes the focus when it opens and gives it back when it closes.
function keep_focus(before) {
  const view = state.slack.view?.id || null;
  if (view === open) {
    const lost = before && !before.node.isConnected && document.activeElement === document.body;
    if (lost) (again(before) || (view && first_in_modal()))?.focus();
    return;
  }
  if (view && !open) opener = before;
  open = view;
  if (view) {
    first_in_modal()?.focus();
  } else {
    ((opener && again(opener)) || document.querySelector(".writer textarea"))?.focus();
    opener = null;
  }
}

let led = "";

// Bring the next thing to click into view, once.
function lead() {
  const name = JSON.stringify([ui.step.target, ui.step.ts, ui.side, ui.place]);
  if (name === led) return;
  led = name;
  const found = document.querySelector(".pane .next");
  found?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Acting

async function run(path, body, done) {
  try {
    const said = await act(path, body);
    done?.(said);
    refresh();
    return said;
  } catch (wrong) {
    tell("wrong", "That did not work", wrong.message);
    refresh();
    return null;
  }
}

const TROUBLE = "Slack could not reach the app. Your text is still here; try again.";

async function slack_act(body) {
  const said = await run("/slack", { user: ui.user, ...body });
  if (said && !said.acknowledged && said.problem !== "missing_input") {
    tell("wrong", "Slack", "The app did not answer in time. Try again.");
  }
  return said;
}

let looking = 0;

const did = {
  shelf(name) { ui.shelf = name; render(); },
  network(name) {
    ui.writers[ui.network] = ui.as;
    ui.network = name;
    ui.as = ui.writers[name] || somebody();
    ui.to = "";
    ui.reply = ui.editing = null;
    render();
  },
  as(handle) {
    ui.as = handle || somebody();
    render();
  },
  to(handle) { ui.to = handle; },
  reply(post) { ui.reply = ui.reply === post ? null : post; render(); focus_in(".post .composer textarea"); },
  edit(post) { ui.editing = post; render(); focus_in(".post .composer textarea"); },
  saw(post) { if (post === state.guide.answer && !ui.saw) { ui.saw = true; ui.side = "public"; render(); } },
  post: (text, re) => run(`/public/${ui.network}/post`, { as: ui.as, text, re }, () => { ui.reply = null; ui.turn += 1; render(); }),
  edited: (post, text) => run(`/public/${ui.network}/edit`, { post, text }, () => { ui.editing = null; render(); }),
  remove: (post) => run(`/public/${ui.network}/delete`, { post }),
  direct: (to, text) => run(`/public/${ui.network}/direct`, { as: ui.as, to, text }, () => { ui.turn += 1; render(); }),
  join: (name, handle) => run(`/public/${ui.network}/join`, { name, handle }, (said) => { ui.as = said.handle; render(); }),

  become(user) {
    ui.places[ui.user] = ui.place;
    ui.user = user;
    ui.rung[user] = 0;
    ui.place = ui.places[user] || ui.place;
    ui.thread = null;
    ui.trouble = "";
    ui.toasts = [];
    if (ui.place === "home") did.home();
    refresh();
  },
  go(place) { ui.place = place; ui.thread = null; ui.rung[ui.user] = 0; render(); },
  home() {
    ui.place = "home";
    ui.thread = null;
    if (state.team.find((one) => one.user === ui.user)?.supervisor && ui.saw) ui.toured = true;
    render();
    slack_act({ act: "home" });
  },
  thread(ts) { ui.thread = ts; render(); },
  say(channel, text, thread) {
    if (!text.trim()) return;
    ui.turn += 1;
    render();
    focus_in(".writer textarea");
    if (text.startsWith("/") && !thread) slack_act({ act: "command", channel, text });
    else slack_act({ act: "say", channel, text, thread });
  },
  click(channel, ts, one, block, how) {
    delete ui.offered[one.action_id];
    return slack_act({ act: "click", channel, ts, action: one.action_id, block: block.block_id, ...how });
  },
  shortcut: (callback, channel, ts) => slack_act({ act: "shortcut", callback, channel, ts }),
  touch(one, block, how) {
    delete ui.offered[one.action_id];
    return slack_act({ act: "click_in_view", action: one.action_id, block: block.block_id, ...how });
  },
  look(one, text, channel = "", ts = "") {
    clearTimeout(looking);
    looking = setTimeout(async () => {
      const said = await slack_act({ act: "options", action: one.action_id, text, channel, ts });
      const body = said?.body || {};
      ui.offered[one.action_id] = body.options || (body.option_groups || []).flatMap((group) => group.options);
      render();
    }, 200);
  },
  type(view, one, block, text) {
    if (ui.errors[view.id]) delete ui.errors[view.id];
    typing(`${view.id}/${block.block_id}/${one.action_id}`, {
      user: ui.user, act: "type", action: one.action_id, block: block.block_id, text,
    });
    render();
  },
  async submit(view) {
    if (ui.busy) return;
    ui.busy = true;
    ui.trouble = "";
    render();
    const said = await run("/slack", { user: ui.user, act: "submit" });
    ui.busy = false;
    if (said) judge(view, said);
    render();
  },
  close(view) {
    ui.trouble = "";
    slack_act({ act: "close", view: view.id });
  },
};

function judge(view, said) {
  const missing = said.problem === "missing_input";
  const errors = said.body?.response_action === "errors" || missing ? said.body.errors : null;
  if (errors) {
    ui.errors[view.id] = Object.fromEntries(Object.entries(errors).map(([block, why]) =>
      [block, missing ? "Please complete this required field." : why]));
    render();
    focus_in("[aria-invalid=true]");
  } else if (!said.acknowledged || said.problem) {
    ui.trouble = TROUBLE;
  } else if (guide.is_answer(state, view)) {
    ui.sent = Date.now();
  }
}

function focus_in(selector) {
  document.querySelector(selector)?.focus();
}

seen.open = ({ network, id: post }) => {
  if (network !== ui.network) did.network(network);
  ui.side = "public";
  ui.shelf = "posts";
  did.saw(post);
  render();
  const found = document.getElementById(`post-${post}`);
  found?.scrollIntoView({ block: "center" });
  found?.focus();
};

document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("details.overflow[open], details.faults[open]")) {
    if (!one.contains(event.target)) one.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const one of document.querySelectorAll("details[open]")) {
    if (one.contains(document.activeElement)) one.querySelector("summary").focus();
    one.open = false;
  }
});

listen(refresh, pushed, () => {
  ui.lost = true;
  render();
});
setInterval(render, 10000);
fetched("").catch(() => null).then((first) => first && take(first));
