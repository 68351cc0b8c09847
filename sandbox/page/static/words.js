// Times, names and Slack's text markup (mrkdwn) as nodes; nothing here makes HTML out of a text.

import { h } from "./dom.js";

export const seen = { users: new Map(), channels: new Map(), posts: new Map(), me: null, open: () => {} };

const EMOJI = {
  wave: "👋", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", memo: "📝",
  lock: "🔒", earth_africa: "🌍", globe_with_meridians: "🌐", red_circle: "🔴", hand: "✋",
  raised_hand: "✋", eyes: "👀", tada: "🎉", hourglass: "⌛", bell: "🔔", no_entry: "⛔",
  rotating_light: "🚨", arrow_right: "➡️", thumbsup: "👍", "+1": "👍", house: "🏠", pray: "🙏",
};
const SHORT = /:([a-z0-9_+-]+):/g;

export function emoji(name, unicode) {
  if (unicode) {
    return String.fromCodePoint(...unicode.split("-").map((one) => parseInt(one, 16)));
  }
  return EMOJI[name] || `:${name}:`;
}

const withEmoji = (text) => text.replace(SHORT, (whole, name) => EMOJI[name] || whole);
const bare = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function plain(object) {
  if (!object) return "";
  return object.emoji === false ? object.text : withEmoji(object.text);
}

// Times, in the reader's own zone and language, as Slack shows them.

export function clock(ms) {
  return format(ms, { hour: "2-digit", minute: "2-digit" });
}

function format(ms, how) {
  const me = seen.me || { locale: "en-GB", tz: undefined };
  return new Intl.DateTimeFormat(me.locale, { timeZone: me.tz, ...how }).format(new Date(ms));
}

export function ago(ms, locale = seen.me?.locale || "en-GB") {
  const seconds = Math.round((ms - Date.now()) / 1000);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(0, "second");
}

const DATES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_long_full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_long_pretty: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_short: { day: "numeric", month: "short", year: "numeric" },
  date_short_pretty: { day: "numeric", month: "short", year: "numeric" },
  date_pretty: { day: "numeric", month: "long", year: "numeric" },
  date: { day: "numeric", month: "long", year: "numeric" },
  day_divider_pretty: { weekday: "long", day: "numeric", month: "long" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function pretty(name, ms) {
  const at = format(ms, DATES.date_num);
  const words = [["today", 0], ["yesterday", -1], ["tomorrow", 1]];
  const day = words.find(([, days]) => format(Date.now() + days * 864e5, DATES.date_num) === at);
  if (!day || !name.endsWith("_pretty")) return format(ms, DATES[name]);
  const relative = new Intl.RelativeTimeFormat(seen.me?.locale || "en-GB", { numeric: "auto" });
  return relative.format(day[1], "day");
}

export function date(seconds, pattern, fallback, url) {
  const ms = Number(seconds) * 1000;
  if (!Number.isFinite(ms)) return [fallback || ""];
  const text = pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    if (name === "ago") return ago(ms);
    return DATES[name] ? pretty(name, ms) : whole;
  });
  const time = h("time", { datetime: new Date(ms).toISOString(), title: fallback || null }, text);
  return [url ? link(url, [time]) : time];
}

// Links: to a post of this demo they lead to the left pane, elsewhere to a new window.

const STATUS = /^https?:\/\/(?:www\.)?(?:x|twitter)\.com\/(?:\w+|i\/web)\/status\/(\d+)/;
const SAFE = /^(https?:|mailto:)/i;

export function post_in(url) {
  const id = STATUS.exec(url || "")?.[1];
  return seen.posts.get(url) || (id ? { network: "x", id } : null);
}

export function link(url, kids, attrs = {}) {
  const post = post_in(url);
  if (post) {
    const open = (event) => {
      event.preventDefault();
      seen.open(post);
    };
    return h("a", { ...attrs, href: `#post-${post.id}`, on: { ...attrs.on, click: open } }, kids);
  }
  if (!SAFE.test(url)) return h("span", {}, kids);
  return h("a", { ...attrs, href: url, target: "_blank", rel: "noopener noreferrer" }, kids);
}

export function mention(id) {
  const user = seen.users.get(id);
  const mine = seen.me && id === seen.me.id;
  return h("span", { class: `mention${mine ? " mine" : ""}` }, `@${user ? user.real_name : id}`);
}

export function place(id, label) {
  const channel = seen.channels.get(id);
  return h("span", { class: "mention" }, `#${label || channel?.name || id}`);
}

// mrkdwn: first the code, then the <…> tokens, then the *marks*.

const CODE = /```([\s\S]+?)```|`([^`\n]+)`/;
const TOKEN = /<([^<>]+)>/;
const MARKS = [
  [/(^|[\s(\[{.,;:!?"'*_~-])\*(\S(?:[^*\n]*\S)?)\*(?=$|[\s)\]}.,;:!?"'_~-])/, "strong"],
  [/(^|[\s(\[{.,;:!?"'*_~-])_(\S(?:[^_\n]*\S)?)_(?=$|[\s)\]}.,;:!?"'*~-])/, "em"],
  [/(^|[\s(\[{.,;:!?"'*_~-])~(\S(?:[^~\n]*\S)?)~(?=$|[\s)\]}.,;:!?"'*_-])/, "s"],
];

export function mrkdwn(text) {
  const lines = text.split("\n");
  const out = [];
  let quote = [];
  const flush = () => {
    if (quote.length) out.push(h("blockquote", {}, inline(quote.join("\n"))));
    quote = [];
  };
  let prose = [];
  const say = () => {
    if (prose.length) out.push(...inline(prose.join("\n")));
    prose = [];
  };
  for (const line of lines) {
    if (line.startsWith("&gt;")) {
      say();
      quote.push(line.slice(4).trimStart());
    } else {
      flush();
      prose.push(line);
    }
  }
  flush();
  say();
  return out;
}

function inline(text) {
  const code = CODE.exec(text);
  if (code) {
    const made = code[1] ? h("pre", {}, bare(code[1])) : h("code", {}, bare(code[2]));
    return [
      ...inline(text.slice(0, code.index)), made, ...inline(text.slice(code.index + code[0].length)),
    ];
  }
  const token = TOKEN.exec(text);
  if (token) {
    const rest = text.slice(token.index + token[0].length);
    return [...marks(text.slice(0, token.index)), ...meaning(token[1]), ...inline(rest)];
  }
  return marks(text);
}

function meaning(inside) {
  const [what, ...labels] = inside.split("|");
  const label = labels.length ? bare(labels.join("|")) : "";
  if (what.startsWith("@")) return [mention(what.slice(1))];
  if (what.startsWith("#")) return [place(what.slice(1), label)];
  if (what.startsWith("!date^")) {
    const [, seconds, pattern, url] = what.split("^");
    return date(seconds, bare(pattern || "{date}"), label, url);
  }
  if (what.startsWith("!subteam^")) return [h("span", { class: "mention" }, label || "@group")];
  if (what.startsWith("!")) return [h("span", { class: "mention mine" }, `@${what.slice(1)}`)];
  return [link(bare(what), [label || bare(what)])];
}

function marks(text) {
  for (const [pattern, tag] of MARKS) {
    const found = pattern.exec(text);
    if (found) {
      const before = text.slice(0, found.index) + found[1];
      const after = text.slice(found.index + found[0].length);
      return [...marks(before), h(tag, {}, marks(found[2])), ...marks(after)];
    }
  }
  return text ? broken(withEmoji(bare(text))) : [];
}

export function broken(text) {
  return text.split("\n").flatMap((line, n) => (n ? [h("br"), line] : [line]));
}

// A public post: handles, tags and links stand out, in the writer's own direction.

const PUBLIC = /(@\w{1,20}|#[\p{L}\d_]+|https?:\/\/\S+)/u;

export function posted(text) {
  return text.split(PUBLIC).flatMap((part, n) => {
    if (n % 2 === 0) return part ? broken(part) : [];
    return [h("bdi", { class: "handle", dir: RIGHT_TO_LEFT.test(part) ? "rtl" : "ltr" }, part)];
  });
}

const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

// The direction of what is said: a Latin handle in front does not turn Arabic around.
export function direction(text) {
  return RIGHT_TO_LEFT.test(text.replaceAll(new RegExp(PUBLIC, "gu"), " ")) ? "rtl" : "ltr";
}

const HUES = 8;

export function face(name, id, extra = "") {
  let sum = 7;
  for (const letter of id) sum = (sum * 33 + letter.codePointAt(0)) % 65521;
  const letters = [...name.replace(/[^\p{L}\s]/gu, "").trim()];
  const second = name.trim().split(/\s+/)[1];
  const initials = (letters[0] || "?") + (second ? [...second][0] : "");
  return h("span", { class: `face hue${sum % HUES} ${extra}`, "aria-hidden": "true" }, initials);
}
