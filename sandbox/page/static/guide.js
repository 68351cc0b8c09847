// The guided first minute: three steps, and the one thing to click next.

import { h } from "./dom.js";

const HELD_MS = 20000;

// Says where the next click is: {step, target, hint, place} (target as the panes know it).
export function next(state, ui) {
  const { post, answer, by } = state.guide;
  const first = by.split(" ")[0] || "her";
  const boss = state.team.find((one) => one.supervisor);
  const told = boss?.name.split(" ")[0] || "the supervisor";
  if (state.product.state !== "ready" && !post) {
    return { step: 0, target: null, hint: "Chancery is starting…" };
  }
  if (!answer) return { step: 0, ...answering(state, ui, first) };
  if (!ui.saw) {
    return { step: 1, target: "reply", side: "public", hint: `It is out, signed. Click the answer beneath ${first}'s post.` };
  }
  if (ui.toured) return { step: 3, target: null, hint: "That was the main job. Now write as anyone, and answer." };
  if (state.slack.view) {
    return { step: 2, side: "slack", target: "close", hint: boss && ui.user !== boss.user
      ? `Close this window; then become ${told}, the supervisor.` : "Close this window." };
  }
  if (boss && ui.user !== boss.user) {
    return { step: 2, side: "slack", target: `member:${boss.user}`, hint: `Click ${told}, the supervisor.` };
  }
  return { step: 2, side: "slack", target: "home", hint: `Open Chancery home to see ${told}'s morning.` };
}

function answering(state, ui, first) {
  const view = state.slack.view;
  if (!state.guide.post) return { target: null, hint: "Somebody is about to write…" };
  const side = "slack";
  const post = asked(state);
  if (view) return in_modal(view, ui, first, post && opening(post.text));
  if (Date.now() - ui.sent < HELD_MS) return { side, target: null, hint: "Your answer waits ten seconds, so that you can stop it. Then it leaves." };
  const found = post && card(state, post.text);
  if (!found) return { target: null, hint: `${first}'s post is on its way to Slack…` };
  if (ui.place !== found.channel || ui.thread) {
    return { side, target: `place:${found.channel}`, hint: `Open the channel with ${first}'s card.` };
  }
  return { side, target: "card", ts: found.ts, hint: `Press ${found.label} on ${first}'s card.` };
}

function in_modal(view, ui, first, words) {
  const side = "slack";
  const held = Date.now() - ui.sent < HELD_MS;
  if (!view.submit) return { side, target: null, hint: held ? "Your answer waits ten seconds. Stop it, or let it go." : "" };
  if (!words || !said(view.blocks).includes(words)) return { side, target: null, hint: `${first} still waits for an answer.` };
  const box = view.blocks.find((one) => one.type === "input" && one.element.type === "plain_text_input");
  if (!box) return { side, target: null, hint: "" };
  const typed = document.querySelector(`[data-view="${CSS.escape(view.id)}"] textarea`)?.value.trim();
  if (!typed) return { side, target: "text", hint: `Write a line to ${first}. You hold this one now; nobody else answers.` };
  return { side, target: "submit", hint: "Send it. It is signed with your initials." };
}

// The post of the first minute.
const asked = (state) => state.public[state.guide.network]?.posts.find((one) => one.id === state.guide.post);

// Whether a window that was sent is the answer to it, and nothing else that is typed and sent.
export function is_answer(state, view) {
  const post = asked(state);
  return Boolean(post) && view.blocks.some((one) => one.type === "input") && said(view.blocks).includes(opening(post.text));
}

// How a post begins, without whom it calls: what its card and its window carry too.
const opening = (text) => text.replace(/^@\w+\s*/, "").slice(0, 40);

// The newest message that carries these words and can be acted on.
function card(state, text) {
  const start = opening(text);
  for (const channel of state.slack.channels) {
    const found = channel.messages.findLast((one) =>
      one.blocks.some((block) => block.type === "actions") && said(one.blocks).includes(start));
    if (found) return { channel: channel.id, ts: found.ts, label: label(found.blocks) };
  }
  return null;
}

function label(blocks) {
  const buttons = blocks.filter((one) => one.type === "actions").flatMap((one) => one.elements)
    .filter((one) => one.type === "button");
  return (buttons.find((one) => one.style === "primary") || buttons[0])?.text.text || "the first button";
}

function said(value) {
  if (Array.isArray(value)) return value.map(said).join("");
  if (value === null || typeof value !== "object") return "";
  return (typeof value.text === "string" ? value.text : "") + Object.values(value).map(said).join("");
}

export function bar(state, ui) {
  const { step, hint } = ui.step;
  const names = [
    state.guide.by ? `Answer ${state.guide.by.split(" ")[0]}` : "Answer her",
    "See it in public",
    `Become ${state.team.find((one) => one.supervisor)?.name.split(" ")[0] || "the supervisor"}, see figures`,
  ];
  return h("div", { class: "guide" },
    h("ol", { class: "steps", "aria-label": "The first minute" }, names.map((name, n) => h("li", {
      key: n, class: n < step ? "done" : n === step ? "now" : "", "aria-current": n === step ? "step" : null,
    }, h("span", { class: "dot", "aria-hidden": "true" }, n < step ? "✓" : String(n + 1)), name,
      n < step && h("span", { class: "hidden" }, " (done)")))),
    h("p", { class: "hint", role: "status" }, hint));
}

// Put the ring where no pane draws it itself: on the card's first button and the modal's text.
export function ring(ui) {
  for (const old of document.querySelectorAll(".next-by-guide")) old.classList.remove("next", "next-by-guide");
  const { target, ts } = ui.step;
  const selector = target === "card" ? `[data-ts="${ts}"] .button.primary, [data-ts="${ts}"] .actions .button`
    : target === "text" ? ".modal textarea" : null;
  const found = selector && document.querySelector(selector);
  if (found) found.classList.add("next", "next-by-guide");
}
