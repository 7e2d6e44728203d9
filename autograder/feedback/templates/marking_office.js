// The page of the course: tells when a hand-out is done, without loading the page again, on which somebody may be typing.
"use strict";

const told = document.getElementById("told");
if (told) told.focus(); // also where the page was not asked for by #told

const box = document.querySelector("[data-running]");

async function look() {
  let state;
  try {
    const reply = await fetch(box.dataset.running, { headers: { "X-XSRFToken": box.dataset.xsrf } });
    state = reply.ok ? await reply.text() : "running";
  } catch (error) {
    state = "running"; // the program is busy, or gone: "Look again" tells
  }
  if (state.startsWith("running")) {
    setTimeout(look, 2000);
    return;
  }
  const bad = state.startsWith("badly");
  box.querySelector("span").textContent = (bad ? "Not handed out: " : "Handed out: ") + state.slice(state.indexOf("\n") + 1);
  box.classList.remove("wait");
  box.classList.toggle("bad", bad);
  for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
}

if (box) setTimeout(look, 2000);
