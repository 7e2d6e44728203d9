// Asks again for this page, often while something is being judged, and shows what has changed; never while it is hidden.
(() => {
  const { token } = document.currentScript.dataset;
  let seconds = Number(document.currentScript.dataset.look);
  let timer = 0;
  let asking = false;
  let last = document.getElementById("boards").innerHTML;
  const states = (root) => new Map([...root.querySelectorAll(".card")].map((card) => [card.id, card.querySelector(".state")?.textContent]));

  function show(fresh) {
    const old = document.getElementById("boards");
    const before = states(old);
    const changed = [...states(fresh)].filter(([id, state]) => before.has(id) && before.get(id) !== state).map(([id]) => id);
    if (last === fresh.innerHTML) return;
    last = fresh.innerHTML;
    const focused = old.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : "";
    for (const one of old.querySelectorAll("details[open]")) fresh.querySelector(`#${CSS.escape(one.id)}`)?.setAttribute("open", "");
    old.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus();
    const said = changed.map((id) => {
      const card = document.getElementById(id);
      return `${card.querySelector("h2").textContent}: ${card.querySelector(".state").textContent}.`;
    });
    if (said.length) document.getElementById("news").textContent = said.join(" ");
  }

  async function look() {
    clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    try {
      const headers = { "X-XSRFToken": token, "X-Requested-With": "start" };
      const reply = await fetch(location.pathname, { headers, cache: "no-store", redirect: "error" });
      if (reply.ok) {
        const text = (await reply.text()).replace(/<style[^]*?<\/style>/, ""); // which this page's policy would refuse
        const page = new DOMParser().parseFromString(text, "text/html");
        seconds = Number(page.querySelector("script[data-look]").dataset.look);
        show(document.adoptNode(page.getElementById("boards")));
      }
      document.getElementById("old").hidden = reply.ok;
    } catch (error) {
      document.getElementById("old").hidden = false;
    }
    asking = false;
    timer = setTimeout(look, seconds * 1000);
  }

  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  timer = setTimeout(look, seconds * 1000);
})();
