// The report works without this script; with it come the theme button, the filters and the keys.
"use strict";

// The theme: the reader's choice, kept where the browser allows it, else what the system says.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
let theme = null;
try { theme = localStorage.getItem("theoremcheck-theme"); } catch { /* a browser may keep nothing for files */ }
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : dark.matches;
}

function setUpTheme() {
  const button = document.getElementById("theme");
  const name = () => { button.textContent = isDark() ? "Light colours" : "Dark colours"; };
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("theoremcheck-theme", next); } catch { /* then for this page only */ }
    name();
  });
  dark.addEventListener("change", name);
  name();
}

// The filters: fields and the address say the same, so that a choice can be linked to.
function setUpFilters() {
  const form = document.querySelector("form.filters");
  if (!form) return;
  const rows = [...document.querySelectorAll("[data-rows] > li")];
  const groups = [...document.querySelectorAll("section:has(> [data-rows])")];
  const cells = new Map([...document.querySelectorAll(".cell")].map((cell) => [cell.hash, cell]));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const fields = [...form.querySelectorAll("select, input")];
  const count = form.querySelector(".count");

  function apply() {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = fields.filter((field) => field.tagName === "SELECT" && field.value);
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = chosen.every((field) => row.dataset[field.name] === field.value)
        && words.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      shown += fits;
      const cell = cells.get("#" + row.id);
      if (cell) cell.classList.toggle("dim", !fits);
    });
    groups.forEach((group) => { group.hidden = !group.querySelector("[data-rows] > li:not([hidden])"); });
    count.textContent = shown === rows.length ? `All ${rows.length} ${count.dataset.what}` : `${shown} of ${rows.length} ${count.dataset.what}`;
    const query = new URLSearchParams(fields.filter((field) => field.value).map((field) => [field.name, field.value]));
    try { history.replaceState(null, "", (query.size ? "?" + query : location.pathname) + location.hash); } catch { /* no matter */ }
  }

  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      form.reset();
      window.setTimeout(() => target.scrollIntoView(), 0);
    }
  }

  new URLSearchParams(location.search).forEach((value, name) => {
    const field = fields.find((one) => one.name === name);
    if (field && (field.tagName === "INPUT" || [...field.options].some((option) => option.value === value))) field.value = value;
  });
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    fields.forEach((field) => { field.value = ""; });
    apply();
  });
  window.addEventListener("hashchange", reveal);
  apply();
  reveal();
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.elements.q.focus();
    }
  });
}

// The cells are one stop of the tab key; arrows go from cell to cell.
function setUpCells() {
  const cells = [...document.querySelectorAll(".cell")];
  cells.forEach((cell, at) => { cell.tabIndex = at ? -1 : 0; });
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 };
  cells.forEach((cell, at) => cell.addEventListener("keydown", (event) => {
    const to = event.key === "Home" ? 0 : event.key === "End" ? cells.length - 1 : at + (steps[event.key] || 0);
    if (to === at || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = cells[Math.max(0, Math.min(cells.length - 1, to))];
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }));
}

// A box that scrolls can be reached and scrolled with the keyboard; one that does not is passed over.
function setUpScrolling() {
  const boxes = [...document.querySelectorAll(".formula, .symbols li, .given li")];
  const mark = (box) => {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "formula, scrolls sideways");
    } else if (box.hasAttribute("tabindex")) {
      ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
    }
  };
  boxes.forEach(mark);
  const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  boxes.forEach((box) => watch.observe(box));
}

document.addEventListener("DOMContentLoaded", () => {
  setUpTheme();
  setUpFilters();
  setUpCells();
  setUpScrolling();
});
