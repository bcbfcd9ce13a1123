// Charts answer the pointer where scripts run. Each is drawn again by Vega over the same specification as the picture
// that is in the page, and takes its place: same size, same letters. Vega is loaded once, when the first chart is near.
(function () {
  "use strict";

  var VEGA = "assets/vega.js";
  var specifications = {};
  var loading = {};

  function load(source) {
    loading[source] = loading[source] || new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = source;
      script.onload = done;
      script.onerror = function () { failed(new Error(source + " is not beside this page; the chart stays a picture.")); };
      document.head.append(script);
    });
    return loading[source];
  }

  window.natpatsipChart = function (id, specification) { specifications[id] = specification; };

  // Which of its layouts a chart shows is the style sheet's decision.
  function shown(chart) {
    var narrow = chart.querySelector(".narrow");
    if (!narrow) return { name: "wide", place: chart };
    var isNarrow = getComputedStyle(narrow).display !== "none";
    return { name: isNarrow ? "narrow" : "wide", place: isNarrow ? narrow : chart.querySelector(".wide") };
  }

  // What a point says, beside the pointer and never out of the window; it goes with Escape, too.
  var tip = document.createElement("dl");
  tip.className = "chart-tip";
  tip.hidden = true;
  document.body.append(tip);

  function tell(handler, event, item, value) {
    tip.hidden = !value || typeof value !== "object";
    if (tip.hidden) return;
    tip.textContent = "";
    Object.keys(value).forEach(function (key) {
      var name = document.createElement("dt"), said = document.createElement("dd");
      name.textContent = key;
      said.textContent = value[key];
      tip.append(name, said);
    });
    var touch = event.changedTouches ? event.changedTouches[0] : event;
    var width = tip.offsetWidth, height = tip.offsetHeight, room = document.documentElement.clientWidth;
    var left = touch.clientX + 14 + width < room ? touch.clientX + 14 : touch.clientX - 14 - width;
    tip.style.left = Math.max(8, Math.min(left, room - width - 8)) + "px";
    tip.style.top = (touch.clientY + 18 + height < innerHeight ? touch.clientY + 18 : touch.clientY - 18 - height) + "px";
  }

  function draw(chart) {
    var layout = shown(chart), place = layout.place;
    var id = chart.closest("figure").id, specification = specifications[id];
    var picture = place.querySelector("svg");
    if (place.dataset.drawn || !picture || !specification[layout.name]) return Promise.resolve();
    place.dataset.drawn = "yes";
    var stage = document.createElement("div");
    stage.className = "stage";
    document.body.append(stage);
    var own = specification[layout.name], vega = window.natpatsipVega;
    var whole = Object.assign({}, specification.shared, own);
    if (own.data && specification.shared.data) whole.data = specification.shared.data.concat(own.data);
    // The interpreter does without eval, which the page's policy forbids.
    var view = new vega.View(vega.parse(whole, null, { ast: true }), {
      expr: vega.expressionInterpreter, renderer: "svg", logLevel: 1, hover: false, container: stage, tooltip: tell
    });
    return view.runAsync().then(function () {
      var drawn = stage.querySelector("svg");
      drawn.setAttribute("viewBox", picture.getAttribute("viewBox"));
      if (picture.classList.contains("themed")) drawn.classList.add("themed");
      drawn.removeAttribute("width");
      drawn.removeAttribute("height");
      drawn.setAttribute("aria-hidden", "true");
      drawn.setAttribute("focusable", "false");
      picture.replaceWith(stage);
      stage.className = "drawn";
      chart.classList.add("interactive");
    }).catch(function (error) {
      stage.remove();
      throw error;
    });
  }

  function start(chart) {
    Promise.all([load(VEGA), load(chart.dataset.chart)]).then(function () {
      return draw(chart);
    }).catch(function (error) {
      console.error(error);
    });
  }

  var charts = document.querySelectorAll(".chart[data-chart]");
  if (!("IntersectionObserver" in window)) return;
  var observer = new IntersectionObserver(function (seen) {
    seen.forEach(function (each) { if (each.isIntersecting) start(each.target); });
  }, { rootMargin: "600px 0px" });
  charts.forEach(function (chart) { observer.observe(chart); });

  // A page that grows or shrinks may show the other layout.
  var resized = null;
  addEventListener("resize", function () {
    clearTimeout(resized);
    resized = setTimeout(function () {
      document.querySelectorAll(".chart.interactive").forEach(start);
    }, 200);
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") tip.hidden = true;
  });
  addEventListener("scroll", function () { tip.hidden = true; }, { passive: true });
})();
