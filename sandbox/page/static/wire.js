// Speaks with the page's server: one act after the other, typed text always first.

export const acts = { chain: Promise.resolve(), typing: new Map() };

const PAUSE_MS = 350;

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.problem || "The demo did not answer.");
  return said;
}

function queued(path, body) {
  const made = acts.chain.then(() => post(path, body));
  acts.chain = made.catch(() => {});
  return made;
}

export function act(path, body) {
  flush();
  return queued(path, body);
}

// Typing is sent when the fingers rest, and before anything else that is done.
export function typing(key, body) {
  clearTimeout(acts.typing.get(key)?.timer);
  const send = () => {
    acts.typing.delete(key);
    queued("/slack", body).catch(() => {});
  };
  acts.typing.set(key, { timer: setTimeout(send, PAUSE_MS), send });
}

function flush() {
  for (const { timer, send } of [...acts.typing.values()]) {
    clearTimeout(timer);
    send();
  }
}

let asked = 0;

export async function state(user) {
  const number = ++asked;
  const answer = await fetch(`/state?user=${encodeURIComponent(user)}`);
  if (!answer.ok) throw new Error("no state");
  const said = await answer.json();
  return number === asked ? said : null;
}

export function listen(changed, pushed, lost) {
  const stream = new EventSource("/events");
  for (const name of ["hello", "public", "slack", "product", "switches"]) {
    stream.addEventListener(name, () => changed(name));
  }
  stream.addEventListener("push", (event) => pushed(JSON.parse(event.data)));
  stream.addEventListener("error", lost);
}
