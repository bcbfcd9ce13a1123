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

  // What a point says, beside the point and never out of the window. A line and a ring show which point it is.
  var SVG = "http://www.w3.org/2000/svg";
  var tip = document.createElement("dl");
  tip.className = "chart-tip";
  tip.hidden = true;
  document.body.append(tip);
  var pointed = []; // the line and the ring of the point that is shown
  var shownAt = 0; // where the page stood when the value was shown

  function hide() {
    tip.hidden = true;
    pointed.forEach(function (each) { each.remove(); });
    pointed = [];
  }

  // The values of a chart in the order of its data: Vega ties each mark that it draws to what it says.
  function valuesOf(chart) {
    return Array.prototype.filter.call(shown(chart).place.querySelectorAll(".drawn *"), function (node) {
      return node.__data__ && node.__data__.tooltip && typeof node.__data__.tooltip === "object";
    });
  }

  function isPoint(node) { return node.parentNode.classList.contains("mark-symbol"); }

  function outside(at, from, to) { return Math.round(Math.max(from - at, at - to, 0)); }

  // Nearest across, then up and down: a month is found anywhere above or below its point.
  function nearest(chart, x, y) {
    var found = null, across = Infinity, down = Infinity;
    valuesOf(chart).forEach(function (node) {
      var box = node.getBoundingClientRect();
      var half = isPoint(node) ? box.width / 2 : 0;
      var one = outside(x, box.left + half, box.right - half), other = outside(y, box.top, box.bottom);
      if (one < across || one === across && other < down) {
        found = node;
        across = one;
        down = other;
      }
    });
    return found;
  }

  function drawn(svg, name, sizes) {
    var node = document.createElementNS(SVG, name);
    node.setAttribute("class", "chart-pointed");
    Object.keys(sizes).forEach(function (key) { node.setAttribute(key, sizes[key]); });
    svg.append(node);
    pointed.push(node);
  }

  function point(node) {
    var svg = node.ownerSVGElement, frame = svg.getBoundingClientRect(), box = node.getBoundingClientRect();
    var scale = svg.viewBox.baseVal.width / frame.width;
    var plot = (node.closest("g.mark-group").querySelector("path.background") || svg).getBoundingClientRect();
    function x(client) { return (client - frame.left) * scale + svg.viewBox.baseVal.x; }
    function y(client) { return (client - frame.top) * scale + svg.viewBox.baseVal.y; }
    var middle = x(box.left + box.width / 2);
    if (isPoint(node)) drawn(svg, "line", { x1: middle, x2: middle, y1: y(plot.top), y2: y(plot.bottom) });
    if (isPoint(node)) drawn(svg, "circle", { cx: middle, cy: y(box.top + box.height / 2), r: 6 * scale });
    else drawn(svg, "rect", { x: x(box.left), y: y(box.top), width: box.width * scale, height: box.height * scale });
  }

  function wordsOf(node) {
    var said = node.__data__.tooltip;
    return Object.keys(said).map(function (key) { return key + ": " + said[key]; }).join(", ");
  }

  function tell(chart, node) {
    hide();
    if (!node) return;
    var said = node.__data__.tooltip;
    tip.textContent = "";
    Object.keys(said).forEach(function (key) {
      var name = document.createElement("dt"), value = document.createElement("dd");
      name.textContent = key;
      value.textContent = said[key];
      tip.append(name, value);
    });
    tip.hidden = false;
    shownAt = scrollY;
    point(node);
    var reader = chart.parentNode.querySelector(".chart-reader"), box = node.getBoundingClientRect();
    reader.setAttribute("aria-valuenow", valuesOf(chart).indexOf(node) + 1);
    reader.setAttribute("aria-valuetext", wordsOf(node));
    var width = tip.offsetWidth, height = tip.offsetHeight, room = document.documentElement.clientWidth;
    var x = box.left + box.width / 2, y = box.top + box.height / 2;
    var left = x + 14 + width < room ? x + 14 : x - 14 - width;
    tip.style.left = Math.max(8, Math.min(left, room - width - 8)) + "px";
    tip.style.top = Math.max(8, y + 18 + height < innerHeight ? y + 18 : y - 18 - height) + "px";
  }

  // Over each chart lies what a reader points at, touches, or walks through with the arrow keys: a slider over its values,
  // so that screen readers pass the arrow keys on and say each value.
  var STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 6, PageUp: -6, Home: -Infinity, End: Infinity };

  function readerOf(chart) {
    var place = document.createElement("div"), reader = document.createElement("div");
    var number = chart.closest("figure").querySelector(".figure-number a");
    place.className = "chart-place";
    reader.className = "chart-reader";
    reader.tabIndex = 0;
    reader.setAttribute("role", "slider");
    reader.setAttribute("aria-label", "Values of " + number.textContent.toLowerCase());
    reader.setAttribute("aria-valuemin", 1);
    reader.setAttribute("aria-valuemax", 1);
    reader.setAttribute("aria-valuenow", 1);
    reader.setAttribute("aria-valuetext", "Use the arrow keys to hear each value");
    chart.before(place);
    place.append(chart, reader);
    function at(event) {
      if (event.type === "pointerdown" || event.pointerType === "mouse" || event.buttons) {
        tell(chart, nearest(chart, event.clientX, event.clientY));
      }
    }
    reader.addEventListener("pointermove", at);
    reader.addEventListener("pointerdown", at);
    reader.addEventListener("pointerleave", function (event) { if (event.pointerType === "mouse") hide(); });
    // A browser scrolls to what a tap focuses, which would hide the value again.
    reader.addEventListener("mousedown", function (event) { event.preventDefault(); });
    reader.addEventListener("blur", hide);
    reader.addEventListener("focus", function () { start(chart); });
    reader.addEventListener("keydown", function (event) {
      var step = STEPS[event.key], values = valuesOf(chart), last = values.length - 1;
      if (!step || !values.length || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      var from = values.findIndex(function (node) { return wordsOf(node) === reader.getAttribute("aria-valuetext"); });
      if (from < 0 && step < 0) from = values.length; // before the first step, back is from the end
      tell(chart, values[Math.max(0, Math.min(last, from + step))]);
    });
  }

  function viewOf(specification, layout, options) {
    var own = specification[layout], vega = window.natpatsipVega;
    var whole = Object.assign({}, specification.shared, own);
    if (own.data && specification.shared.data) whole.data = specification.shared.data.concat(own.data);
    // The interpreter does without eval, which the page's policy forbids. Tooltips are ours.
    return new vega.View(vega.parse(whole, null, { ast: true }), Object.assign({
      expr: vega.expressionInterpreter, logLevel: 1, hover: false, tooltip: function () {}
    }, options));
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
    return viewOf(specification, layout.name, { renderer: "svg", container: stage }).runAsync().then(function () {
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
      chart.parentNode.querySelector(".chart-reader").setAttribute("aria-valuemax", valuesOf(chart).length);
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

  // The chart as a picture, for assets/chart-png.js: always its wide layout, in its light colours.
  window.natpatsipCanvas = function (chart, scale) {
    return Promise.all([load(VEGA), load(chart.dataset.chart)]).then(function () {
      var view = viewOf(specifications[chart.closest("figure").id], "wide", { renderer: "none" });
      return view.runAsync().then(function () { return view.toCanvas(scale); });
    });
  };

  var charts = document.querySelectorAll(".chart[data-chart]");
  if (!("IntersectionObserver" in window)) return;
  charts.forEach(readerOf);
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
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerdown", function (event) {
    if (!event.target.closest(".chart-reader")) hide();
  });
  // The event of a scroll that came before, as to what gets the focus, hides nothing.
  addEventListener("scroll", function () { if (scrollY !== shownAt) hide(); }, { passive: true });
})();
