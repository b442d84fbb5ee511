// The drawn box in the hand: presses last as long as the finger does, lamps and figures follow the program.
const page = document.querySelector("#simulator");
const say = page.dataset;
const digits = { fa: "fa-u-nu-arabext", ar: "ar-u-nu-arab" };
const locale = digits[say.lang] ?? say.lang;
const number = new Intl.NumberFormat(locale, { useGrouping: false });
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const STRIP = 24;
// A mouse or a test clicks faster than any finger; contacts closed that shortly are taken for interference.
const LEAST_HOLD_MS = 80;

const until = (ms) => new Promise((done) => setTimeout(done, ms));

async function post(address, fields) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
    keepalive: true,
  });
  return answer.json();
}

function show(button, light) {
  button.dataset.light = light;
  const row = button.closest(".box-row");
  const told = [...row.querySelectorAll(".press")].map((one) => one.dataset.light);
  const tell = told.find((one) => one !== "ready" && one !== "off") ?? told[0];
  const text = say["light" + tell[0].toUpperCase() + tell.slice(1)];
  const line = row.querySelector(".box-light");
  if (line.textContent !== text) line.textContent = text;
}

async function push(button) {
  const began = performance.now();
  const answer = await post("/simulated/press", { button: button.value, down: true });
  if (answer.light in { thanks: 1, repeat: 1, sorry: 1 }) show(button, answer.light);
  await until(LEAST_HOLD_MS - (performance.now() - began));
}

for (const button of document.querySelectorAll(".press")) {
  let down = null;
  const letGo = async () => {
    if (down === null) return;
    const pushed = down;
    down = null;
    await pushed;
    await post("/simulated/press", { button: button.value, down: false });
    follow();
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || down !== null) return;
    button.setPointerCapture(event.pointerId);
    down = push(button).catch(() => {});
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(kind, letGo);
  // Keys and screen readers click without a pointer.
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (event.detail !== 0) return;
    const answer = await post("/simulated/press", { button: button.value, held_ms: 120 });
    if (answer.light !== "none") show(button, answer.light);
    follow();
  });
}

for (const form of document.querySelectorAll("form[data-switch]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const up = form.querySelector(".switch").value === "true";
    await post(`/simulated/${form.dataset.switch}`, { up });
    if (form.dataset.switch === "power") location.reload();
    else follow();
  });
}

function turn(name, up, texts) {
  const form = document.querySelector(`form[data-switch="${name}"]`);
  const knob = form.querySelector(".switch");
  knob.setAttribute("aria-checked", String(up));
  knob.value = String(!up);
  form.querySelector("[data-say]").textContent = up ? texts[0] : texts[1];
  form.querySelector(".cable")?.setAttribute("data-up", String(up));
}

function strip(waiting, acknowledged) {
  const here = Math.min(waiting ?? 0, STRIP);
  const there = Math.min(acknowledged ?? 0, STRIP - here);
  const marks = [...Array(there).fill("there"), ...Array(here).fill("here")].map((kind) => {
    const mark = document.createElement("i");
    mark.className = kind;
    return mark;
  });
  document.querySelector(".backlog").replaceChildren(...marks);
}

function draw(status) {
  for (const button of document.querySelectorAll(".press")) show(button, status.lights[button.value] ?? "off");
  for (const cell of document.querySelectorAll("[data-count]")) {
    const count = status[cell.dataset.count];
    cell.textContent = count === null ? "?" : number.format(count);
  }
  const waiting = status.waiting === null ? "?" : number.format(status.waiting);
  document.querySelector("[data-say=backlog]").textContent = say.backlog.replace("{n}", waiting);
  document.querySelector("[data-say=last]").textContent = status.last_sync ? clock.format(new Date(status.last_sync)) : say.never;
  turn("network", status.network, [say.cableIn, say.cableOut]);
  turn("power", status.power, [say.powerOn, say.powerOff]);
  strip(status.waiting, status.acknowledged);
  // Another question, or other words: the page itself is made anew.
  if (status.power && String(status.config_version ?? 0) !== say.config) location.reload();
}

async function follow() {
  try {
    draw(await (await fetch("/status")).json());
  } catch {
    // A box that is drawn as ready while its program is away would claim what is not so; the next second asks again.
    for (const button of document.querySelectorAll(".press")) show(button, "off");
  }
}

setInterval(follow, 1000);
