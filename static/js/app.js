/* Behaviour for every page. htmx moves the fragments; this module keeps what a swap must not lose (focus, selection,
   open dialogs), speaks (toasts, live regions) and watches the connection. State lives in the document. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (name, act, options) => document.addEventListener(name, act, options);
const isLive = (element) => element?.id === "live";

/* --- speaking ---------------------------------------------------------------------------------------------------- */

function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  $("#polite").append(line);
  setTimeout(() => line.remove(), 10_000);
}

/** Show a message; it leaves after five seconds of rest. */
function toast({ text }) {
  const box = $("#toast-template").content.firstElementChild.cloneNode(true);
  $("b", box).textContent = text;
  $("#toasts").append(box);
  $$("#toasts > .toast").slice(0, -4).forEach((old) => old.remove());
  announce(text);
  leaveAtRest(box, 5_000);
}

function leaveAtRest(box, delay) {
  let timer = setTimeout(() => box.remove(), delay);
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"])
    box.addEventListener(name, () => {
      clearTimeout(timer);
      timer = setTimeout(() => box.remove(), delay);
    });
}

/** An event of ours comes from the stream (detail.data is text) or from an HX-Trigger header (detail is the thing). */
const said = (event) => (typeof event.detail.data === "string" ? event.detail.data : event.detail);
on("toast", (event) => toast(typeof said(event) === "string" ? JSON.parse(said(event)) : said(event)));
on("announce", (event) => announce(typeof said(event) === "string" ? said(event) : said(event).value));

/** The page after a plain form finds what happened in a short-lived cookie (JSON text, quoted as cookies are). */
function toastOfCookie() {
  const raw = document.cookie.match(/(?:^|; )toast=([^;]*)/)?.[1];
  if (!raw) return;
  document.cookie = "toast=; Max-Age=0; Path=/; SameSite=Lax";
  const plain = (_, code) => (code.length === 3 ? String.fromCharCode(parseInt(code, 8)) : code);
  const text = raw.replace(/^"|"$/g, "").replace(/\\([0-7]{3}|.)/g, plain);
  toast({ text: JSON.parse(`"${text}"`) });
}

/* --- the connection: one stream, polling when it cannot be had ------------------------------------------------------ */

let misses = 0;
let asleep = false;

on("htmx:sse:after:connection", () => (misses = 0));
on("htmx:sse:error", ({ detail, target }) => {
  if (!isLive(target)) return;
  misses += 1;
  if (detail.status === 401) signIn();
  else if (misses >= 3) poll(detail.connection?.lastEventId);
});

/** Put polling in the place of the stream. The extension retries a broken stream but never a first connection. */
function poll(since) {
  const stream = $("#live");
  const address = stream?.getAttribute("hx-sse:connect");
  if (!address) return;
  const url = new URL(address, location.href);
  if (since) url.searchParams.set("since", since);
  const polling = stream.cloneNode();
  polling.removeAttribute("hx-sse:connect");
  polling.setAttribute("hx-get", `/live/poll${url.search}`);
  polling.setAttribute("hx-trigger", "every 5s");
  stream.replaceWith(polling);
  htmx.process(polling);
}

// A tab that nobody sees neither opens a stream (browsers allow six to one server) nor polls.
on("htmx:before:request", (event) => {
  if (!isLive(event.detail.ctx.sourceElement) || !document.hidden) return;
  asleep = true;
  event.preventDefault();
});
on("visibilitychange", () => {
  if (document.hidden || !asleep) return;
  asleep = false;
  htmx.process($("#live"), true);
});

on("resync", () => {
  const here = location.pathname + location.search;
  htmx.ajax("GET", here, { target: "#main", select: "#main", selectOOB: "#nav:outerMorph,#tabs:outerMorph", swap: "outerMorph" });
});
const signIn = () => location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
on("bye", signIn);

/* --- requests that got no answer of ours: keep the page, offer to try again ------------------------------------------ */

let lost = null;

on("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status < 500 || ctx.response.headers.has("X-Request-Id")) return;
  event.preventDefault();
  offerRetry(ctx);
});
on("htmx:error", ({ detail }) => detail.ctx && offerRetry(detail.ctx));
on("htmx:response:error", ({ detail: { ctx } }) => {
  if (!isLive(ctx.sourceElement)) return;
  if (ctx.response.status === 401) signIn();
  else poll();
});

function offerRetry(ctx) {
  if (isLive(ctx.sourceElement)) return poll();
  lost = ctx;
  $("#problem").replaceChildren($("#lost-template").content.cloneNode(true));
}

function retry() {
  const { sourceElement: source, sourceEvent: event } = lost;
  $("#problem").replaceChildren();
  if (!source.isConnected || !event?.type) location.reload();
  else if (event.type === "submit") source.requestSubmit(event.submitter?.isConnected ? event.submitter : undefined);
  else htmx.trigger(source, event.type);
}

on("htmx:after:request", ({ detail: { ctx } }) => {
  if (!lost || isLive(ctx.sourceElement)) return;
  lost = null;
  if ($("#problem [data-retry]")) $("#problem").replaceChildren();
});

/* --- while a request runs ------------------------------------------------------------------------------------------- */

const presser = (ctx) => [ctx.request.submitter, ctx.sourceElement].find((element) => element?.matches?.("button, a.btn, a.icon-btn"));

on("htmx:config:request", ({ detail: { ctx } }) => {
  ctx.focused = document.activeElement;
  decided = ctx.sourceElement.closest?.("[data-item]")?.id ?? decided;
});
on("htmx:before:request", ({ detail: { ctx } }) => presser(ctx)?.setAttribute("aria-busy", "true"));
on("htmx:finally:request", ({ detail: { ctx } }) => {
  presser(ctx)?.removeAttribute("aria-busy");
  // A button that was disabled meanwhile has lost the focus; it is enabled again right after this event.
  setTimeout(() => isNowhere() && ctx.focused?.isConnected && ctx.focused.focus({ preventScroll: true }));
});

/* --- swaps: current page, focus, dialogs, menus ------------------------------------------------------------------------- */

let held = null;

on("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  for (const { target, fragment } of tasks) if (target?.matches?.("[data-keep-current]")) keepCurrent(target, fragment);
  // A dialog whose question was answered closes first: the focus returns to its opener, which may be about to leave.
  const dialog = ctx.sourceElement?.closest?.("#dialog");
  const answered = dialog && ctx.request.method !== "GET" && ctx.response.raw.ok;
  if (answered && !tasks.some(({ target, swapSpec }) => swapSpec.style !== "none" && dialog.contains(target))) dialog.close();
  held = focusIn(tasks, isNowhere() ? ctx.focused : document.activeElement);
});

/** What the stream sends does not know which page it lands on: carry the mark of the current link over. */
function keepCurrent(target, fragment) {
  for (const link of $$("a[aria-current]", target))
    $(`a[href="${CSS.escape(link.getAttribute("href"))}"]`, fragment)?.setAttribute("aria-current", "page");
}

const isNowhere = () => !document.activeElement || document.activeElement === document.body;

/** Remember the focus that is about to be swapped away: its id, and the rows around it in case its own leaves. */
function focusIn(tasks, element) {
  const task = element && tasks.find(({ target }) => target?.contains?.(element));
  if (!task) return null;
  const row = element.closest("li, tr, .row, .vcard, .acard, .deck");
  return { id: element.id, rows: [row, row?.nextElementSibling, row?.previousElementSibling], region: task.target.id };
}

on("htmx:after:swap", ({ detail: { ctx } }) => {
  const refused = ctx.response?.status === 422 && ($("#dialog[open] [aria-invalid=true]") ?? $("#main [aria-invalid=true]"));
  if (refused) refused.focus();
  else if (held && isNowhere()) focusAgain(held);
  held = null;
});

function focusAgain({ id, rows, region }) {
  const row = rows.find((element) => element?.isConnected);
  const near = (id && document.getElementById(id)) || (row && ($(":is(h2, h3) a, .cell-title a", row) ?? $("a[href], button, input", row)));
  const place = near || $("h1, h2, h3", document.getElementById(region) ?? $("#main")) || $("#main");
  if (!near) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

on("htmx:after:settle", ({ target, detail: { task } }) => {
  if (target.id === "dialog") {
    if (!target.childElementCount) target.close();
    else if (!target.open) {
      target.showModal();
      $(".dialog-body :is(input:not([type=hidden]), select, textarea), .dialog-foot [data-close]", target)?.focus();
    }
  } else if (target.id === "menu" && target.childElementCount) {
    target.setAttribute("aria-label", task.sourceElement.getAttribute("aria-label") || "Actions");
    target.showPopover({ source: task.sourceElement });
  } else if (target.id === decided) goOn(target);
});
on("close", ({ target }) => target.id === "dialog" && target.replaceChildren(), true);

// Browsers without closedby: a press outside the dialog's box closes it.
on("pointerdown", ({ target, clientX, clientY }) => {
  if (!target.matches?.("dialog[open]") || "closedBy" in target) return;
  const box = target.getBoundingClientRect();
  if (clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom) target.close();
});

/* --- clicks ---------------------------------------------------------------------------------------------------------- */

const CLICKS = {
  ".menu:popover-open .menu-item": (element) => element.localName !== "label" && element.closest("[popover]").hidePopover(),
  "[data-close]": (element, event) => {
    const dialog = element.closest("dialog[open]");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  },
  "[data-open]": (element) => document.getElementById(element.dataset.open).showModal(),
  "[data-dismiss]": (element) => {
    element.closest(element.dataset.dismiss).remove();
    $("#main")?.focus({ preventScroll: true });
  },
  "[data-retry]": retry,
  '[name="ids"]': (element, event) => selectRange(element, event.shiftKey),
};
on("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const element = event.target.closest?.(selector);
    if (element) act(element, event);
  }
});

/* --- theme, accent, shortcuts switch, unsaved changes -------------------------------------------------------------------- */

const shortcutsOff = () => localStorage.getItem("mvidarr-shortcuts") === "off";

on("change", ({ target }) => {
  if (target.closest("[data-preferences]")) document.documentElement.dataset[target.name] = target.value;
  if (target.matches("[data-shortcuts]")) localStorage.setItem("mvidarr-shortcuts", target.checked ? "on" : "off");
  if (target.matches("[data-check-all]")) for (const box of boxes()) box.checked = target.checked;
  if (target.matches('[name="ids"], [data-check-all]')) countSelected();
});

function changed(field) {
  if (field.type === "radio") return field.checked && !field.defaultChecked;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.localName === "select") return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return "defaultValue" in field && field.value !== field.defaultValue;
}

/** Show the save bar of a watched form only while there is something to save. */
function watchChanges(form) {
  const count = [...form.elements].filter(changed).length;
  $("[data-savebar]", form).hidden = count === 0;
  $("[data-changes]", form).textContent = count === 1 ? "1 unsaved change" : `${count} unsaved changes`;
}
on("input", ({ target }) => target.form?.matches("[data-watch]") && watchChanges(target.form));
on("reset", ({ target }) =>
  setTimeout(() => {
    if (target.matches("[data-watch]")) watchChanges(target);
    countSelected();
  }),
);

/* --- selection ---------------------------------------------------------------------------------------------------------- */

const boxes = () => $$('#main [name="ids"]');
let lastTicked = null;

function selectRange(box, extend) {
  const all = boxes();
  const [from, to] = [all.indexOf(lastTicked), all.indexOf(box)].sort((a, b) => a - b);
  if (extend && from >= 0) for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  lastTicked = box;
  countSelected();
}

function countSelected() {
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  for (const element of $$("[data-selected]")) if (element.textContent !== `${ticked}`) element.textContent = ticked;
  for (const master of $$("[data-check-all]")) {
    master.checked = ticked > 0 && ticked === all.length;
    master.indeterminate = ticked > 0 && ticked < all.length;
  }
}

/* --- deciding: letters press what is marked with them in the item that has the focus; j and k move ------------------------ */

let decided = ""; // id of the item that was decided last
const undecided = () => $$("[data-item]:not([data-decided])");
const current = () => document.activeElement.closest("[data-item]") ?? undefined;
const step = (by) => $("[data-title]", undecided()[Math.max(0, undecided().indexOf(current()) + by)])?.focus();
const pressed = (key) => $(`[data-press="${CSS.escape(key)}"]`, (key === "u" && document.getElementById(decided)) || current());

/** After a decision the next item has the focus, else the first, else the way to the next page. */
function goOn(item) {
  if (!isNowhere() && !item.contains(document.activeElement)) return;
  const after = (one) => item.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  const next = "decided" in item.dataset ? (undecided().find(after) ?? undecided()[0]) : item;
  (next ? $("[data-title]", next) : $(".pager [rel=next]"))?.focus();
}

/* --- keys --------------------------------------------------------------------------------------------------------------- */

const TYPING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
let goUntil = 0;

const follow = (key) => $(`[data-key="${CSS.escape(key)}"]`)?.click();
const KEYS = {
  "/": () => {
    const field = $("#main [data-search]");
    if (!field?.checkVisibility()) return follow("/");
    field.focus();
    field.select();
  },
  "?": () => $("#shortcuts")?.showModal(),
  g: () => (goUntil = Date.now() + 1_500),
  x: (event) => tick(event.shiftKey),
  X: () => tick(true),
  j: () => step(1),
  k: () => step(-1),
  Escape: () => boxes().some((box) => box.checked) && $("#bulk")?.reset(),
};

function tick(extend) {
  const box = $('[name="ids"]', document.activeElement.closest(".vcard, .row, tr") ?? document.createElement("i"));
  if (!box) return;
  box.checked = !box.checked;
  selectRange(box, extend);
}

on("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  if (event.altKey) return pressInRow(event);
  if (event.key.startsWith("Arrow")) return moveInMenu(event);
  if (event.target.matches?.(TYPING) || $("dialog[open], [popover]:popover-open")) return;
  if (shortcutsOff() && event.key !== "Escape") return;
  const going = Date.now() < goUntil;
  goUntil = 0;
  const act = going ? follow : (KEYS[event.key] ?? pressed(event.key));
  if (!act) return;
  if (event.key !== "Escape") event.preventDefault();
  if (act.click) act.click();
  else act(going ? event.key : event);
});

function pressInRow(event) {
  const button = current() && pressed(`Alt+${event.key}`);
  if (!button) return;
  event.preventDefault();
  button.click();
}

function moveInMenu(event) {
  const menu = event.target.closest?.(".menu:popover-open");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !(menu || current()) || event.target.matches("[type=radio]")) return;
  event.preventDefault();
  if (!menu) return step(by);
  const items = $$("a[href], button, input", menu).filter((item) => item.checkVisibility());
  items.at((items.indexOf(event.target) + by) % items.length).focus();
}

/* --- what has just arrived -------------------------------------------------------------------------------------------------- */

on("htmx:after:process", ({ target }) => {
  const root = target instanceof Element ? target : document.body;
  for (const element of [root, ...$$("[data-module]", root)]) if (element.dataset.module) wake(element);
  for (const form of $$("form[data-watch]", root)) watchChanges(form);
  for (const opener of $$("[data-open][hidden]", root)) opener.hidden = false;
  for (const box of $$("[data-shortcuts]", root)) box.checked = !shortcutsOff();
  countSelected();
});
addEventListener("pageshow", countSelected); // Back keeps what was ticked
toastOfCookie();

const awake = new WeakSet();

/** A part with behaviour of its own names its module; the module starts on the part. */
async function wake(element) {
  if (awake.has(element)) return;
  awake.add(element);
  const module = await import(element.dataset.module);
  module.start(element);
}
