// A card in JupyterLab's launcher, and an entry of its menu File (Notebook's too), that lead to the course's start page;
// and a feedback page's link to a form, which opens no tab out of the frame that Lab shuts the page in, is opened by it.
// An extension written by hand, in the form that both load without a build.
(() => {
  const LABEL = "Assignments and feedback";
  const ICON =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#5b8def" stroke-width="2"><rect x="4" y="3" width="16" height="18" rx="2"/><path d="M8 8h8M8 12h8M8 16l2 2 4-4"/></svg>';
  let shared = {};

  // A module that the page has itself; undefined where it has none.
  async function module(name) {
    const [one] = Object.values(shared[name] || {});
    return one && (await one.get())();
  }

  const page = () => JSON.parse(document.getElementById("jupyter-config-data").textContent);

  // Only to where a feedback page leads, and only where its person has clicked.
  function follow(event) {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || !event.isTrusted) return;
    const to = new URL(link.getAttribute("href"), location.href);
    if (to.origin !== location.origin || !to.pathname.startsWith(`${page().hubPrefix}user-redirect/course/`)) return;
    event.preventDefault();
    event.stopPropagation(); // Lab would say that it opens nothing
    window.open(to, "_blank", "noopener");
  }

  // Frames tell nobody but themselves that they have loaded, so it is heard on its way there.
  function watch(event) {
    const inside = event.target.closest && event.target.closest(".jp-HTMLViewer iframe");
    if (inside && inside.contentDocument) inside.contentDocument.addEventListener("click", follow, true);
  }

  async function plugin() {
    const [launchers, menus] = [await module("@jupyterlab/launcher"), await module("@jupyterlab/mainmenu")];
    const parts = await module("@jupyterlab/ui-components");
    const tokens = [launchers && launchers.ILauncher, menus && menus.IMainMenu];
    const { baseUrl } = page();
    return {
      id: "course-start:plugin",
      autoStart: true,
      optional: tokens.filter(Boolean),
      activate: (app, ...found) => {
        const given = tokens.map((token) => (token ? found.shift() : null));
        app.commands.addCommand("course:start", {
          label: LABEL,
          icon: parts && new parts.LabIcon({ name: "course-start:icon", svgstr: ICON }),
          caption: "The course's start page: due dates, hand-ins, feedback",
          execute: () => window.open(`${baseUrl}course/start`, "_blank", "noopener"),
        });
        document.addEventListener("load", watch, true);
        if (given[0]) given[0].add({ command: "course:start", category: "Course", rank: 0 });
        if (given[1]) given[1].fileMenu.addGroup([{ command: "course:start" }], 0);
      },
    };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["course-start"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
