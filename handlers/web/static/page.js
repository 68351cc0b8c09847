// What the page gains by script: it is all there without. Live parts, j and k, and a kept draft.

const parts = () => [...document.querySelectorAll("[data-part]")];
const links = () => [...document.querySelectorAll(".row .says")];
const box = document.querySelector("form#answer textarea");

// Live: when the server rings, the same page is fetched and its parts are put in place.
const where = document.body.dataset.live;
let drawing = false, again = false;

async function redraw() {
  if (drawing) { again = true; return; }
  drawing = true;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { "X-Live": "1" } });
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return location.reload();
    if (!answer.ok) return; // too often, or the store is away: what stands here is kept
    put(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    return; // the stream opens again by itself, and rings
  } finally {
    setTimeout(rested, 2000); // a flood of news does not become a flood of pages
  }
}

function rested() {
  drawing = false;
  if (again) { again = false; redraw(); }
}

function put(fresh) {
  const at = document.activeElement?.closest?.(".row")?.id;
  for (const part of parts()) {
    const found = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!found || found.innerHTML === part.innerHTML) continue;
    if (part.dataset.part === "talk" && box) document.querySelector(".changed").hidden = false;
    if (part.contains(document.activeElement) && !at) continue; // somebody is in it
    if (part.querySelector("details[open] :is(input, textarea)") && part.dataset.part === "more") continue;
    part.replaceChildren(...found.childNodes);
  }
  if (at) document.getElementById(at)?.querySelector(".says")?.focus({ preventScroll: true });
  const form = Boolean(document.querySelector("form#answer"));
  const changed = document.querySelector(".changed");
  if (changed && form !== Boolean(fresh.querySelector("form#answer"))) changed.hidden = false;
}

if (where) {
  const ring = new EventSource(where);
  ring.addEventListener("news", redraw);
  addEventListener("pagehide", () => ring.close());
}

// j and k go up and down the list, Enter opens; coming back, the same row has the focus.
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const step = { j: 1, k: -1 }[event.key];
  const rows = links();
  if (!step || !rows.length) return;
  event.preventDefault();
  const now = rows.indexOf(document.activeElement);
  const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
});
addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row) sessionStorage.setItem("row", row.id);
});
const last = links().length && sessionStorage.getItem("row");
if (last && document.activeElement === document.body) {
  document.getElementById(last)?.querySelector(".says")?.focus({ preventScroll: true });
  sessionStorage.removeItem("row");
}
document.getElementById("problem")?.focus();

// The draft is kept while it is typed: at most every two seconds, by the page's own watch.
if (box) {
  const form = box.form, begun = performance.now(), stamp = Number(form.dataset.stamp);
  const kept = form.querySelector(".kept");
  let waiting = 0, leaving = false;
  const save = async (last = false) => {
    clearTimeout(waiting);
    waiting = 0;
    const told = new FormData(form);
    told.set("quietly", "1");
    told.set("at", String(Math.floor(stamp + performance.now() - begun)));
    const answer = await fetch(`${form.action.replace(/[^/]+$/, "")}draft`, { method: "POST", body: told, keepalive: last }).catch(() => null);
    if (answer?.ok) kept.textContent = kept.dataset.kept;
  };
  box.addEventListener("input", () => {
    kept.textContent = "";
    if (!waiting) waiting = setTimeout(save, 2000);
  });
  form.addEventListener("submit", () => { leaving = true; clearTimeout(waiting); });
  addEventListener("pagehide", () => { if (waiting && !leaving) save(true); });
  if (location.hash === "#answer") box.focus();
}

// A button pressed twice sends once; the server would take the second for the first all the same.
addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  setTimeout(() => delete event.target.dataset.sent, 3000);
});
