// The page of one answer: ticks, points, keys, what is not saved yet, and what happens when somebody else was quicker.
"use strict";

const $ = id => document.getElementById(id);
const form = $("grade");
const draftName = `course-mark-draft:${location.pathname}`;
const all = selector => [...form.querySelectorAll(selector)];

function say(text, bad = false) {
  $("said").textContent = text;
  $("said").classList.toggle("bad", bad);
}

// What was said as the page before this one was left.
const left = sessionStorage.getItem("course-mark-said");
sessionStorage.removeItem("course-mark-said");
if (left && $("said")) say(left);

function begin() {
  const lines = () => all("[data-earned]");
  const also = () => all("[data-key]:checked");
  const most = Number(form.dataset.most);

  function points() { // null: none; NaN: no number
    const text = $("score").value.trim().replace(",", ".");
    return text === "" ? null : /^\d*\.?\d*$/.test(text) && text !== "." ? Number(text) : NaN;
  }

  function fits(score) { return score !== null && score >= 0 && score <= most; }

  function draft() {
    const earned = lines().filter(one => one.checked).map(one => one.dataset.earned);
    sessionStorage.setItem(draftName, JSON.stringify({ earned, score: $("score").value, comment: $("comment").value }));
  }

  function count() {
    const number = also().length;
    $("save").textContent = number ? `Save for ${number + 1} answers and next` : "Save and next";
    $("score").setAttribute("aria-invalid", String(points() !== null && !fits(points())));
  }

  function ticked() {
    const sum = lines().filter(one => one.checked).reduce((total, one) => total + Number(one.dataset.points), 0);
    $("score").value = String(Math.min(sum, most));
    draft();
    count();
  }

  async function send(score, versions) {
    say("Saving…");
    $("conflict").replaceChildren();
    const earned = score === null ? [] : lines().filter(one => one.checked).map(one => one.dataset.earned);
    const body = JSON.stringify({ answers: versions, score, comment: $("comment").value, earned });
    const headers = { "Content-Type": "application/json", "X-XSRFToken": form.dataset.xsrf };
    let reply, said;
    try {
      reply = await fetch(form.dataset.save, { method: "POST", headers, body });
      said = await reply.json();
    } catch (error) {
      say("Not saved: the grader's page does not answer. Is it still running? What you have entered stays here.", true);
      return;
    }
    if (reply.status === 409) { conflict(score, versions, said.conflicts); return; }
    if (!reply.ok) { say(said.error || "Not saved. Load the page again.", true); return; }
    sessionStorage.removeItem(draftName);
    const done = score === null ? "Taken back." : said.saved === 1 ? "Saved." : `Saved for ${said.saved} answers.`;
    sessionStorage.setItem("course-mark-said", done);
    if (score === null) location.reload(); else location.assign(said.next);
  }

  function versions() {
    const mine = { [form.dataset.key]: form.dataset.version };
    for (const one of also()) mine[one.dataset.key] = one.dataset.version;
    return mine;
  }

  function save() {
    const score = points();
    if (!fits(score)) {
      $("score").setAttribute("aria-invalid", "true");
      say(`Not saved: give points from 0 to ${most}.`, true);
      $("score").focus();
      return;
    }
    send(score, versions());
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function conflict(score, mine, theirs) {
    say("Not saved, and nothing was overwritten.", true);
    const list = document.createElement("ul");
    for (const one of theirs) {
      const item = document.createElement("li");
      item.textContent = `${one.who} has now: ${one.said}${one.comment ? ` “${one.comment}”` : ""}`;
      list.append(item);
    }
    const head = document.createElement("p");
    const rewritten = theirs.some(one => one.version.split(".")[1] !== mine[one.key].split(".")[1]);
    head.textContent = rewritten ? "It was handed in again meanwhile:" : "Somebody else was quicker:";
    const again = button("Look again", () => location.reload());
    const row = document.createElement("p");
    row.className = "buttons";
    row.append(again);
    if (!rewritten) {
      row.append(button("Save mine instead", () => {
        for (const one of theirs) mine[one.key] = one.version;
        send(score, mine);
      }));
      row.append(button("Keep theirs", () => {
        for (const one of theirs) delete mine[one.key];
        if (form.dataset.key in mine) send(score, mine);
        else { sessionStorage.removeItem(draftName); location.reload(); }
      }));
    }
    $("conflict").replaceChildren(head, list, row);
    again.focus();
  }

  for (const row of all(".line")) {
    row.addEventListener("click", event => {
      if (!event.target.closest("input, label, a")) row.querySelector("input").click();
    });
  }
  for (const one of lines()) one.addEventListener("change", ticked);
  for (const one of all("[data-key]")) one.addEventListener("change", count);
  for (const one of [$("score"), $("comment")]) one.addEventListener("input", () => { draft(); count(); });
  form.addEventListener("submit", event => { event.preventDefault(); save(); });
  $("clear")?.addEventListener("click", () => send(null, { [form.dataset.key]: form.dataset.version }));

  const kept = JSON.parse(sessionStorage.getItem(draftName) || "null");
  if (kept) {
    for (const one of lines()) one.checked = kept.earned.includes(one.dataset.earned);
    $("score").value = kept.score;
    $("comment").value = kept.comment;
    say("You had not saved this yet.");
  }
  count();
  keys(save, () => {
    for (const one of lines()) one.checked = false;
    ticked();
  });
}

function keys(save, none) {
  const letters = $("letters");
  letters.checked = localStorage.getItem("course-mark-keys") !== "off";
  letters.addEventListener("change", () => localStorage.setItem("course-mark-keys", letters.checked ? "on" : "off"));
  $("help").addEventListener("click", () => $("keys").showModal());
  $("close").addEventListener("click", () => $("keys").close());
  $("names").addEventListener("click", () => {
    const shown = $("names").getAttribute("aria-pressed") === "true";
    document.cookie = `course-mark-names=${shown ? 0 : 1}; path=${document.body.dataset.base}; SameSite=Strict`;
    location.reload();
  });
  const group = () => {
    const boxes = all("#equal [data-key]");
    const every = boxes.every(one => one.checked);
    for (const one of boxes) if (one.checked === every) one.click();
  };
  const acts = {
    j: () => $("next")?.click(), ArrowRight: () => $("next")?.click(),
    k: () => $("previous")?.click(), ArrowLeft: () => $("previous")?.click(),
    u: () => $("up").click(), n: () => $("names").click(), "?": () => $("keys").showModal(),
    p: () => { $("score").focus(); $("score").select(); }, c: () => $("comment").focus(), g: group,
    0: none,
  };
  document.addEventListener("keydown", event => {
    const at = event.target, field = at.matches("textarea, #score");
    if (event.isComposing || event.altKey || event.metaKey || $("keys").open) return;
    if (event.key === "Enter" && (event.ctrlKey ? true : !at.matches("textarea, #score, a, button, summary"))) {
      event.preventDefault();
      save();
    } else if (event.key === "Escape" && field) {
      at.blur();
    } else if (!field && !event.ctrlKey && letters.checked) {
      const line = /^[1-9]$/.test(event.key) ? $(`line-${event.key}`) : null;
      const act = line ? () => line.click() : acts[event.key];
      if (act) { event.preventDefault(); act(); }
    }
  });
}

if (form) begin();
