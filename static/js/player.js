/* The player: our controls over a plain <video controls>, which is what is there without a script.
   Everything it needs stands in its markup; app.js calls start() with the element that names this module. */

const STEP = 5; // seconds an arrow key moves
const REST = 3_000; // milliseconds without a touch until the controls leave a playing picture

const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, `${whole % 60}`.padStart(2, "0")];
  return hours ? `${hours}:${`${minutes}`.padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
};

export function start(root) {
  const $ = (selector) => root.querySelector(selector);
  const video = $("video");
  const parts = { root, video, seek: $("[data-seek]"), volume: $("[data-volume-range]"), at: $("[data-at]"), length: $("[data-length]") };
  video.controls = false;
  for (const hidden of root.querySelectorAll("[data-scripted]")) hidden.hidden = false;
  if (!document.pictureInPictureEnabled) $('[data-do="pip"]').remove();
  const acts = actions(parts);
  root.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-do]")?.dataset.do;
    if (name) acts[name]();
    else if (target === video) acts.play();
  });
  showState(parts);
  showTime(parts);
  showVolume(parts);
  hideAtRest(parts);
  document.addEventListener("keydown", (event) => root.isConnected && key(event, parts, acts));
  if (location.hash === "#play") acts.play();
}

/** What buttons and keys do. */
function actions({ root, video }) {
  const move = (by) => (video.currentTime = Math.min(Math.max(0, video.currentTime + by), video.duration || 0));
  const louder = (by) => {
    video.muted = false;
    video.volume = Math.min(1, Math.max(0, video.volume + by));
  };
  return {
    // A browser that refuses to start by itself leaves the big button where it is.
    play: () => (video.paused ? video.play().catch(() => {}) : video.pause()),
    back: () => move(-STEP),
    forward: () => move(STEP),
    louder: () => louder(0.05),
    quieter: () => louder(-0.05),
    mute: () => (video.muted = !video.muted),
    captions: () => toggleCaptions(root, video),
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()),
    pip: () => (document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture()),
  };
}

function toggleCaptions(root, video) {
  const tracks = [...video.textTracks];
  const on = !tracks.some((track) => track.mode === "showing");
  tracks.forEach((track, index) => (track.mode = on && index === 0 ? "showing" : "disabled"));
  root.querySelector('[data-do="captions"]').setAttribute("aria-pressed", `${on}`);
}

/** Keep the state, the labels and the glyphs in step with what the video does. */
function showState({ root, video }) {
  const big = root.querySelector(".big-play");
  const draw = () => {
    const playing = !video.paused && !video.ended;
    root.dataset.state = playing ? "playing" : video.currentTime > 0 ? "paused" : "idle";
    if (playing && document.activeElement === big) root.querySelector('.controls [data-do="play"]').focus({ preventScroll: true });
    relabel(root.querySelector('.controls [data-do="play"]'), playing ? "pause" : "play", playing ? "Pause" : "Play");
    relabel(root.querySelector('[data-do="mute"]'), video.muted || !video.volume ? "mute" : "volume", video.muted ? "Unmute" : "Mute");
  };
  for (const name of ["play", "pause", "ended", "volumechange", "loadedmetadata"]) video.addEventListener(name, draw);
  const say = () => {
    root.dataset.state = "broken";
    root.querySelector("[data-note]").hidden = false;
  };
  video.addEventListener("error", say);
  if (video.error) say();
  else draw();
}

function relabel(button, glyph, label) {
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${glyph}`));
  button.setAttribute("aria-label", label);
}

/** The seek bar follows the video, and the video follows the seek bar. */
function showTime({ video, seek, at, length }) {
  const draw = () => {
    const total = video.duration || Number(seek.max) || 0;
    seek.max = seek.previousElementSibling.max = total || 1;
    seek.value = seek.previousElementSibling.value = video.currentTime;
    seek.setAttribute("aria-valuetext", `${clock(video.currentTime)} of ${clock(total)}`);
    at.textContent = clock(video.currentTime);
    length.textContent = clock(total);
  };
  for (const name of ["timeupdate", "seeking", "durationchange"]) video.addEventListener(name, draw);
  seek.addEventListener("input", () => (video.currentTime = Number(seek.value)));
  draw();
}

/** The volume is remembered on this device. */
function showVolume({ video, volume }) {
  const kept = Number(localStorage.getItem("mvidarr-volume") ?? 1);
  video.volume = kept >= 0 && kept <= 1 ? kept : 1;
  const draw = () => {
    volume.value = volume.previousElementSibling.value = video.muted ? 0 : Math.round(video.volume * 100);
    volume.setAttribute("aria-valuetext", `${volume.value} percent`);
    localStorage.setItem("mvidarr-volume", video.volume);
  };
  video.addEventListener("volumechange", draw);
  volume.addEventListener("input", () => {
    video.muted = false;
    video.volume = Number(volume.value) / 100;
  });
  draw();
}

/** The controls leave a playing picture that nobody touches, and come back with the first touch. */
function hideAtRest({ root, video }) {
  let timer = 0;
  const stir = () => {
    clearTimeout(timer);
    delete root.dataset.idle;
    if (!video.paused) timer = setTimeout(() => (root.dataset.idle = ""), REST);
  };
  for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) root.addEventListener(name, stir);
  for (const name of ["play", "pause", "ended"]) video.addEventListener(name, stir);
}

const KEYS = { " ": "play", ArrowLeft: "back", ArrowRight: "forward", ArrowUp: "louder", ArrowDown: "quieter", f: "fullscreen", m: "mute", c: "captions" };
const OWN_KEYS = "input:not([data-seek]), textarea, select, [contenteditable], .menu, .tabs";

function key(event, { root, video, seek }, acts) {
  const name = KEYS[event.key];
  if (!name || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(OWN_KEYS) || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.key.length === 1 && event.key !== " " && localStorage.getItem("mvidarr-shortcuts") === "off") return;
  // Space presses the button that has the focus; up and down scroll the page unless the player has it.
  if (event.key === " " && event.target.closest?.("button, a, summary, [type=checkbox]")) return;
  if (/Up|Down/.test(event.key) && !root.contains(event.target)) return;
  if (name === "captions" && !video.textTracks.length) return;
  if (event.target === seek && /Up|Down/.test(event.key)) return;
  event.preventDefault();
  acts[name]();
}
