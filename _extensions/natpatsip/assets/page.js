// Comforts; every page is whole without them.
(function () {
  "use strict";

  // The contents on a narrow screen close with Escape and when a section of this page is chosen.
  var contents = document.getElementById("contents");
  function close() {
    if (location.hash === "#contents") location.hash = "#main";
  }
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") close();
  });

  // The contents follow the reading: the section on screen is marked.
  var links = {};
  contents.querySelectorAll("a[href*='#']").forEach(function (link) {
    if (link.pathname === location.pathname && link.hash) links[decodeURIComponent(link.hash.slice(1))] = link;
  });
  function mark(id) {
    Object.keys(links).forEach(function (each) {
      if (each === id) links[each].setAttribute("aria-current", "true");
      else links[each].removeAttribute("aria-current");
    });
  }
  if ("IntersectionObserver" in window) {
    var sections = Object.keys(links).map(function (id) { return document.getElementById(id); }).filter(Boolean);
    var observer = new IntersectionObserver(function () {
      var current = null;
      sections.forEach(function (section) {
        if (section.getBoundingClientRect().top < 140) current = section.id;
      });
      mark(current);
    }, { rootMargin: "0px 0px -60% 0px", threshold: [0, 1] });
    sections.forEach(function (section) { observer.observe(section); });
  }

  var theme = document.createElement("button");
  theme.type = "button";
  theme.className = "theme";
  function isDark() {
    var chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function name() { theme.textContent = isDark() ? "Light page" : "Dark page"; }
  function remembered(value) {
    try {
      if (value) localStorage.setItem("natpatsip-theme", value);
      return localStorage.getItem("natpatsip-theme");
    } catch (error) {
      return value || null; // a page from disk may not be allowed to remember
    }
  }
  var before = remembered();
  if (before) document.documentElement.dataset.theme = before;
  name();
  theme.addEventListener("click", function () {
    document.documentElement.dataset.theme = remembered(isDark() ? "light" : "dark");
    name();
  });
  document.querySelector("header.site").appendChild(theme);
})();
