// Before the page is drawn: that scripts run, that it opens, and whether the reader chose a dark or a light page.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("scripts", "opening");
  try {
    var chosen = localStorage.getItem("natpatsip-theme");
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  } catch (error) {
    // A page from disk may not be allowed to remember.
  }
})();
