// Block Kit as nodes. A surface tells where the blocks stand and what a touch of one does:
// {id, values, errors, act(element, block, {value, selected}), type(element, block, text), url,
//  offered(element), look(element, block, text)}

import { h } from "./dom.js";
import { broken, date, emoji, link, mention, mrkdwn, place, plain, post_in, seen } from "./words.js";

export function blocks(list, surface) {
  return list.map((block) => {
    const draw = BLOCKS[block.type];
    const key = `${surface.id}/${block.block_id}`;
    if (!draw) return h("p", { key, class: "unknown" }, `(${block.type})`);
    return h("div", { key, class: `block ${block.type}` }, draw(block, surface));
  });
}

export function words(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : broken(plain(object));
}

const BLOCKS = {
  section(block, surface) {
    const fields = (block.fields || []).map((one) => h("div", { class: "field", dir: "auto" }, words(one)));
    return [
      h("div", { class: "said" },
        block.text && h("div", { class: "prose", dir: "auto" }, words(block.text)),
        fields.length > 0 && h("div", { class: "fields" }, fields)),
      block.accessory && h("div", { class: "accessory" }, element(block.accessory, block, surface)),
    ];
  },
  divider: () => h("hr"),
  header: (block) => h("h4", { dir: "auto" }, words(block.text)),
  context: (block) => block.elements.map((one) =>
    one.type === "image" ? image(one) : h("span", { dir: "auto" }, words(one))),
  actions: (block, surface) => block.elements.map((one) => element(one, block, surface)),
  image: (block) => [block.title && h("p", { class: "title" }, words(block.title)), image(block)],
  markdown: (block) => h("div", { class: "prose", dir: "auto" }, broken(block.text)),
  rich_text: (block) => block.elements.map(rich),
  video: (block) => h("p", { class: "image" }, `▶ ${block.alt_text || plain(block.title)}`),
  input(block, surface) {
    const error = surface.errors?.[block.block_id];
    const name = named(block.element, block, surface);
    const many = ["checkboxes", "radio_buttons"].includes(block.element.type);
    const facts = [block.hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
    const label = [words(block.label), block.optional && h("span", { class: "optional" }, " (optional)")];
    const drawn = element(block.element, block, surface, {
      "aria-describedby": facts || null,
      "aria-invalid": error ? "true" : null,
      required: !block.optional,
    });
    return [
      many ? h("p", { class: "label", id: `${name}-label` }, label) : h("label", { for: name }, label),
      drawn,
      block.hint && h("p", { class: "hint", id: `${name}-hint` }, words(block.hint)),
      error && h("p", { class: "error", id: `${name}-error`, role: "alert" }, error),
    ];
  },
};

function image(one) {
  return h("span", { class: "image", role: "img", "aria-label": one.alt_text }, "🖼 ", one.alt_text);
}

function rich(part) {
  if (part.type === "rich_text_list") {
    const tag = part.style === "ordered" ? "ol" : "ul";
    const start = part.offset ? part.offset + 1 : null;
    return h(tag, { start, class: `indent${part.indent || 0}` },
      part.elements.map((one) => h("li", { dir: "auto" }, one.elements.map(styled))));
  }
  const tag = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" }[part.type] || "div";
  return h(tag, { dir: "auto", class: tag === "div" ? "prose" : null }, part.elements.map(styled));
}

const WRAPS = { code: "code", bold: "strong", italic: "em", strike: "s", underline: "u" };

function styled(one) {
  let made = (RICH[one.type] || (() => []))(one);
  for (const [style, tag] of Object.entries(WRAPS)) {
    if (one.style?.[style]) made = [h(tag, {}, made)];
  }
  return made;
}

const RICH = {
  text: (one) => broken(one.text),
  link: (one) => [link(one.url, [one.text || one.url])],
  user: (one) => [mention(one.user_id)],
  usergroup: () => [h("span", { class: "mention" }, "@group")],
  channel: (one) => [place(one.channel_id)],
  broadcast: (one) => [h("span", { class: "mention mine" }, `@${one.range}`)],
  emoji: (one) => [emoji(one.name, one.unicode)],
  date: (one) => date(one.timestamp, one.format, one.fallback, one.url),
  color: (one) => [h("code", {}, one.value)],
};

// Elements

export function named(one, block, surface) {
  return `${surface.id}/${block.block_id}/${one.action_id}`;
}

export function element(one, block, surface, attrs = {}) {
  const draw = ELEMENTS[one.type];
  if (!draw) return h("span", { class: "unknown" }, `(${one.type})`);
  const name = named(one, block, surface);
  return draw(one, block, surface, { id: name, key: name, ...attrs });
}

function value(one, block, surface) {
  return surface.values?.[block.block_id]?.[one.action_id];
}

function option_list(one) {
  const drawn = (option) => h("option", { value: option.value }, plain(option.text));
  if (!one.option_groups) return one.options.map(drawn);
  return one.option_groups.map((group) =>
    h("optgroup", { label: plain(group.label) }, group.options.map(drawn)));
}

function all_options(one) {
  return [...(one.options || []), ...(one.option_groups || []).flatMap((group) => group.options)];
}

function picked(list) {
  return [...list.selectedOptions].map((option) => option.value).filter(Boolean);
}

function select(one, block, surface, attrs, options, now) {
  const first = h("option", { value: "" }, one.placeholder ? plain(one.placeholder) : "Choose…");
  const change = (event) => {
    if (event.target.value) surface.act(one, block, { selected: event.target.value });
  };
  return h("select", { ...attrs, value: now || "", on: { change }, ...unnamed(one, attrs) }, first, options);
}

function unnamed(one, attrs) {
  const text = one.placeholder ? plain(one.placeholder) : one.action_id.replaceAll("_", " ");
  return attrs.required === undefined ? { "aria-label": text } : {};
}

function many(one, block, surface, attrs, options, now) {
  const change = (event) => surface.act(one, block, { selected: picked(event.target) });
  const marked = options.map((option) => ({
    ...option, attrs: { ...option.attrs, selected: now.includes(option.attrs.value) },
  }));
  return h("select", { ...attrs, multiple: true, on: { change }, ...unnamed(one, attrs) }, marked);
}

// A list whose choices the app gives while somebody types.
function lookup(one, block, surface, attrs) {
  const now = value(one, block, surface)?.selected_option;
  const offered = surface.offered?.(one);
  const look = (event) => {
    if (event.target.value.length >= (one.min_query_length ?? 3)) surface.look?.(one, block, event.target.value);
  };
  const chosen = (option) => option.value === now?.value;
  return h("div", { class: "lookup", key: attrs.key },
    h("input", {
      ...attrs, key: now?.value || "none", type: "search", dir: "auto", autocomplete: "off", role: "combobox",
      "aria-expanded": String(Boolean(offered)), "aria-controls": `${attrs.id}-offers`,
      placeholder: now ? plain(now.text) : one.placeholder ? plain(one.placeholder) : null,
      value: "", on: { input: look }, ...unnamed(one, attrs),
    }),
    now && h("p", { class: "chosen", dir: "auto" }, "✓ ", words(now.text)),
    offered && h("ul", { class: "offers", id: `${attrs.id}-offers`, role: "listbox" },
      !offered.length && h("li", { class: "at" }, "Nothing found."),
      offered.map((option) => h("li", { key: option.value, role: "option", "aria-selected": String(chosen(option)) },
        h("button", {
          type: "button", dir: "auto",
          on: { click: () => surface.act(one, block, { selected: option.value }) },
        }, words(option.text),
        option.description && h("small", {}, words(option.description)))))));
}

const people = () => [...seen.users.values()].filter((user) => !user.bot)
  .map((user) => h("option", { value: user.id }, user.real_name));
const places = () => [...seen.channels.values()].filter((one) => one.kind === "channel")
  .map((one) => h("option", { value: one.id }, `#${one.name}`));

function ticks(kind) {
  return (one, block, surface, attrs) => {
    const state = value(one, block, surface);
    const now = kind === "radio" ? [state?.selected_option?.value]
      : (state?.selected_options || []).map((option) => option.value);
    const change = (event) => {
      const group = event.target.closest("[role]");
      const ticked = [...group.querySelectorAll("input:checked")].map((input) => input.value);
      surface.act(one, block, { selected: kind === "radio" ? ticked[0] : ticked });
    };
    return h("div", {
      class: "ticks", key: attrs.key, id: attrs.id, "aria-labelledby": `${attrs.id}-label`,
      "aria-describedby": attrs["aria-describedby"], role: kind === "radio" ? "radiogroup" : "group",
    }, all_options(one).map((option) => h("label", { key: option.value },
      h("input", { type: kind, name: attrs.id, value: option.value, checked: now.includes(option.value),
        on: { change } }),
      h("span", { dir: "auto" }, words(option.text),
        option.description && h("small", {}, words(option.description))))));
  };
}

function picker(type, property) {
  return (one, block, surface, attrs) => {
    const state = value(one, block, surface)?.[property];
    const now = type === "datetime-local" ? local(state) : state;
    const change = (event) => {
      const given = event.target.value;
      if (given) surface.act(one, block, { selected: type === "datetime-local" ? unix(given) : given });
    };
    return h("input", { ...attrs, type, value: now || "", on: { change }, ...unnamed(one, attrs) });
  };
}

function local(seconds) {
  if (!seconds) return "";
  const at = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60000);
  return at.toISOString().slice(0, 16);
}

const unix = (text) => Math.round(new Date(text).getTime() / 1000);

function typed(tag, type) {
  return (one, block, surface, attrs) => {
    const area = tag === "textarea" || one.multiline;
    const input = (event) => surface.type(one, block, event.target.value);
    const keydown = (event) => {
      if (event.key === "Enter" && !area && block.dispatch_action) {
        event.preventDefault();
        surface.act(one, block, { value: event.target.value });
      }
    };
    return h(area ? "textarea" : "input", {
      ...attrs, type: area ? null : type, rows: area ? 4 : null, dir: "auto", autocomplete: "off",
      placeholder: one.placeholder ? plain(one.placeholder) : null,
      maxlength: one.max_length || null, minlength: one.min_length || null,
      "data-focus": one.focus_on_load || null,
      value: value(one, block, surface)?.value || "", on: { input, keydown }, ...unnamed(one, attrs),
    });
  };
}

const ELEMENTS = {
  button(one, block, surface, attrs) {
    const click = () => confirmed(one) && surface.act(one, block, { value: one.value ?? null });
    const label = [words(one.text)];
    const aria = one.accessibility_label || null;
    const how = `button ${one.style || ""}`;
    if (one.url) {
      return link(one.url, label, {
        ...attrs, class: `${how} goes`, "aria-label": aria, on: { click },
        "data-post": post_in(one.url)?.id || null,
      });
    }
    return h("button", { ...attrs, type: "button", class: how, "aria-label": aria,
      "data-action": one.action_id, on: { click } }, label);
  },
  overflow(one, block, surface, attrs) {
    const menu = `${attrs.id}-menu`;
    return h("details", { ...attrs, class: "overflow", on: { toggle: shut_others } },
      h("summary", { class: "button", "aria-label": "More actions" }, "⋯"),
      h("div", { class: "menu", id: menu }, one.options.map((option) => h("button", {
        type: "button", key: option.value,
        on: { click: (event) => {
          event.target.closest("details").open = false;
          if (confirmed(one)) surface.act(one, block, { selected: option.value });
        } },
      }, words(option.text)))));
  },
  static_select: (one, block, surface, attrs) =>
    select(one, block, surface, attrs, option_list(one), value(one, block, surface)?.selected_option?.value),
  multi_static_select: (one, block, surface, attrs) =>
    many(one, block, surface, attrs, all_options(one).map((option) =>
      h("option", { value: option.value }, plain(option.text))),
    (value(one, block, surface)?.selected_options || []).map((option) => option.value)),
  external_select: lookup,
  users_select: (one, block, surface, attrs) =>
    select(one, block, surface, attrs, people(), value(one, block, surface)?.selected_user),
  multi_users_select: (one, block, surface, attrs) =>
    many(one, block, surface, attrs, people(), value(one, block, surface)?.selected_users || []),
  channels_select: (one, block, surface, attrs) =>
    select(one, block, surface, attrs, places(), value(one, block, surface)?.selected_channel),
  conversations_select: (one, block, surface, attrs) =>
    select(one, block, surface, attrs, places(), value(one, block, surface)?.selected_conversation),
  checkboxes: ticks("checkbox"),
  radio_buttons: ticks("radio"),
  datepicker: picker("date", "selected_date"),
  timepicker: picker("time", "selected_time"),
  datetimepicker: picker("datetime-local", "selected_date_time"),
  plain_text_input: typed("input", "text"),
  email_text_input: typed("input", "email"),
  url_text_input: typed("input", "url"),
  number_input: typed("input", "text"),
  image: (one) => image(one),
};

function shut_others(event) {
  if (!event.target.open) return;
  for (const other of document.querySelectorAll("details.overflow[open]")) {
    if (other !== event.target) other.open = false;
  }
}

function confirmed(one) {
  return !one.confirm || window.confirm(`${plain(one.confirm.title)}\n\n${one.confirm.text.text}`);
}
