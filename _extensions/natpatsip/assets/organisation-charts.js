// Drawings of the page of organisations: a series beside the national one, and a funnel plot, as SVG of the page's width.
(function () {
  "use strict";

  var SVG = "http://www.w3.org/2000/svg";
  var LETTER = 6.5; // the width of a letter, in pixels
  var TALL = 230, SMALL = 110, LEFT = 52, RIGHT = 12, TOP = 20, BOTTOM = 26;
  var SHAPES = {
    circle: "M-4,0a4,4 0 1 1 8,0a4,4 0 1 1 -8,0Z", diamond: "M0,-5.4L5.4,0L0,5.4L-5.4,0Z",
    square: "M-4,-4H4V4H-4Z", "triangle-up": "M0,-5.2L5,3.8H-5Z", "triangle-down": "M0,5.2L5,-3.8H-5Z"
  };

  function node(name, attributes, parent) {
    var made = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (parent) parent.append(made);
    return made;
  }

  function canvas(width, height) {
    return node("svg", { viewBox: "0 0 " + width + " " + height, class: "themed", "aria-hidden": "true", focusable: "false" });
  }

  function write(svg, text, x, y, anchor, colour) {
    var made = node("text", { x: x, y: y, "text-anchor": anchor, fill: colour, "font-size": 12 }, svg);
    made.textContent = text;
    return made;
  }

  // In the drawing itself, since pictures are passed on without what is written below them.
  function mark(svg, text, width, y, colours) {
    if (text) write(svg, text, width - RIGHT, y, "end", colours.ink).setAttribute("font-weight", 700);
  }

  // Steps of 1, 2 or 5 times a power of ten, about as many as asked for.
  function ticks(low, high, about) {
    var rough = (high - low) / about || 1, power = Math.pow(10, Math.floor(Math.log10(rough)));
    var steps = [10, 5, 2, 1, 0.5, 0.2].map(function (each) { return each * power; });
    function every(step) {
      var found = [];
      for (var at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(Number(at.toPrecision(12)));
      return found;
    }
    var best = steps.filter(function (each) { return each >= rough; }).pop();
    // One number alone is no scale: then the next smaller step that gives two.
    return every(steps.find(function (each) { return each <= best && every(each).length > 1; }) || best);
  }

  function isNumber(value) { return typeof value === "number" && isFinite(value); }

  // The values that an axis has to hold, with a little room; percentages stay between 0 and 100. As on the report's other
  // charts, it begins at 0, with a tick there, if that costs less than half of its height.
  function span(values, isPercent) {
    var known = values.filter(isNumber);
    if (!known.length) return [0, 1];
    var low = Math.min.apply(null, known), high = Math.max.apply(null, known);
    var room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
    low = low >= 0 && (low < room || low < high / 2) ? 0 : low - room;
    return [low, isPercent ? Math.min(100, Math.max(high + room, low + 1)) : high + room];
  }

  function scale(from, to, start, end) {
    return function (value) { return start + (value - from) / (to - from || 1) * (end - start); };
  }

  function short(period) { return period.replace(/^([A-Z][a-z]{2})[a-z]* (\d{4})$/, "$1 $2"); }

  function stretches(values, draw) {
    var open = [];
    values.concat(null).forEach(function (value, place) {
      if (isNumber(value)) open.push(place);
      else if (open.length) { draw(open); open = []; }
    });
  }

  function line(svg, values, x, y, look) {
    stretches(values, function (places) {
      var path = places.map(function (at) { return x(at).toFixed(1) + "," + y(values[at]).toFixed(1); }).join("L");
      node("path", Object.assign({ d: "M" + path + (places.length === 1 ? "h.1" : ""), fill: "none" }, look), svg);
    });
  }

  // Limits that each point has of its own: a level for each, from half-way to half-way between points.
  function steps(svg, values, x, y, width, colour) {
    var half = (x(1) - x(0)) / 2;
    stretches(values, function (places) {
      var path = places.map(function (at) {
        var from = Math.max(LEFT, x(at) - half), to = Math.min(width - RIGHT, x(at) + half);
        return from.toFixed(1) + "," + y(values[at]).toFixed(1) + "H" + to.toFixed(1);
      }).join("L");
      node("path", { d: "M" + path, fill: "none", stroke: colour, "stroke-width": 1.3, "stroke-dasharray": "5 4" }, svg);
    });
  }

  function valueAxis(svg, range, y, width, colours, printed, about) {
    ticks(range[0], range[1], about).forEach(function (tick) {
      node("line", { x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick), stroke: colours.grid }, svg);
      write(svg, printed(tick), LEFT - 6, y(tick) + 4, "end", colours.quiet);
    });
  }

  function timeAxis(svg, periods, x, bottom, width, colours) {
    var room = Math.max.apply(null, periods.map(function (each) { return short(each).length; })) * LETTER + 14;
    var step = Math.max(1, Math.ceil(periods.length * room / (width - LEFT - RIGHT)));
    node("line", { x1: LEFT, x2: width - RIGHT, y1: bottom, y2: bottom, stroke: colours.axis }, svg);
    function half(at) { return short(periods[at]).length * LETTER / 2; }
    function middle(at) { return Math.min(x(at), width - half(at) - 2); }
    // The last label is moved in from the edge: the step is one that keeps the label before it clear, so that none is left out.
    var last = periods.length - 1;
    while (step <= last && middle(last) - half(last) - 8 < middle(last - step) + half(last - step)) step += 1;
    for (var at = last; at >= 0 && middle(at) - half(at) >= 0; at -= step) {
      write(svg, short(periods[at]), middle(at), bottom + 17, "middle", colours.quiet);
    }
  }

  function symbol(svg, style, x, y, name) {
    return node("path", { d: SHAPES[style.shape], transform: "translate(" + x.toFixed(1) + " " + y.toFixed(1) + ")",
      fill: style.fill, stroke: style.outline, "stroke-width": 1.2, class: name || "" }, svg);
  }

  // A series with its mean, its limits and the national series: on the same axis, or on one of its own below where sums
  // cannot be compared with parts. `shown` is what organisations.js makes of the data.
  function series(shown, width, data) {
    var colours = data.colours, own = shown.values, isApart = !shown.isShare;
    var height = TOP + TALL + (isApart ? SMALL + 30 : 0) + BOTTOM, svg = canvas(width, height);
    var limits = shown.limits || [], target = shown.target;
    var levels = limits.flatMap(function (each) { return each.slice(1); }).concat((shown.bounds || []).flat());
    var range = span(own.concat(levels, isNumber(target) ? [target] : [], isApart ? [] : shown.national), shown.percent);
    var x = scale(0, Math.max(1, own.length - 1), LEFT + 8, width - RIGHT - 8), y = scale(range[0], range[1], TOP + TALL, TOP);
    valueAxis(svg, range, y, width, colours, shown.printed, 5);
    limits.forEach(function (stretch, number) {
      var next = limits[number + 1], start = number ? x(stretch[0]) : LEFT, end = next ? x(next[0] - 1) : width - RIGHT;
      [[2, colours.limit, "5 4"], [3, colours.limit, "5 4"], [1, colours.mean, ""]].forEach(function (each) {
        var level = stretch[each[0]];
        if (!isNumber(level) || level < range[0] || level > range[1]) return; // no percentage is beyond 0 or 100
        node("line", { x1: start, x2: end, y1: y(level), y2: y(level), stroke: each[1], "stroke-dasharray": each[2],
          "stroke-width": 1.3 }, svg);
      });
    });
    (shown.bounds || []).forEach(function (bound) { steps(svg, bound, x, y, width, colours.limit); });
    if (isNumber(target)) {
      node("line", { x1: LEFT, x2: width - RIGHT, y1: y(target), y2: y(target), stroke: colours.target, "stroke-width": 1.5,
        "stroke-dasharray": "2 3" }, svg);
    }
    if (!isApart) line(svg, shown.national, x, y, { stroke: colours.national, "stroke-width": 2, "stroke-dasharray": "8 3" });
    line(svg, own, x, y, { stroke: colours.line, "stroke-width": 1.6 });
    own.forEach(function (value, at) {
      if (isNumber(value)) symbol(svg, data.points[Number(shown.kinds[at]) || 0], x(at), y(value));
    });
    if (isApart) {
      var top = TOP + TALL + 30, wide = span(shown.national, shown.percent), below = scale(wide[0], wide[1], top + SMALL, top);
      write(svg, shown.nationalName, LEFT, top - 8, "start", colours.ink);
      valueAxis(svg, wide, below, width, colours, shown.printed, 2);
      line(svg, shown.national, x, below, { stroke: colours.national, "stroke-width": 2, "stroke-dasharray": "8 3" });
    }
    timeAxis(svg, shown.periods, x, height - BOTTOM, width, colours);
    mark(svg, shown.mark, width, 11, colours);
    return { svg: svg, points: own.map(function (value, at) { return { x: x(at), y: isNumber(value) ? y(value) : TOP + TALL }; }) };
  }

  // What the chosen organisation has around it, as the legend says.
  function ring(svg, x, y, radius, data) {
    node("circle", { cx: x, cy: y, r: radius, fill: "none", stroke: data.colours.ink, "stroke-width": 2 }, svg);
  }

  // Organisations by size and percentage, and the limits that chance sets; the chosen one has a ring.
  function funnel(shown, width, data) {
    var colours = data.colours, limits = shown.limits, top = TOP + 18, height = top + TALL + 60 + BOTTOM, svg = canvas(width, height);
    var bottom = top + TALL + 60 - 18, sizes = shown.organisations.map(function (each) { return each.size; });
    var outer = limits.lower_outer.concat(limits.upper_outer).map(function (each) { return 100 * each; });
    var range = span(outer.concat(shown.organisations.map(function (each) { return each.value; })), true);
    var ends = [shown.sizes[0], shown.sizes[shown.sizes.length - 1]];
    var x = scale(ends[0], ends[1], LEFT + 8, width - RIGHT - 8), y = scale(range[0], range[1], bottom, top);
    write(svg, shown.valueName.length * LETTER < width ? shown.valueName : "%", 0, 11, "start", colours.ink);
    mark(svg, shown.mark, width, 28, colours);
    valueAxis(svg, range, y, width, colours, shown.printed, 5);
    function limit(name, dashes) {
      var values = limits[name].map(function (each) { return 100 * each; });
      line(svg, values, function (at) { return x(shown.sizes[at]); }, y, { stroke: colours.limit, "stroke-width": 1.4, "stroke-dasharray": dashes });
    }
    limit("lower_outer", ""); limit("upper_outer", ""); limit("lower_inner", "5 4"); limit("upper_inner", "5 4");
    node("line", { x1: LEFT, x2: width - RIGHT, y1: y(shown.middle), y2: y(shown.middle), stroke: colours.national,
      "stroke-width": 2, "stroke-dasharray": "8 3" }, svg);
    node("line", { x1: LEFT, x2: width - RIGHT, y1: bottom, y2: bottom, stroke: colours.axis }, svg);
    ticks(ends[0], ends[1], Math.max(3, Math.floor(width / 90))).forEach(function (tick) {
      write(svg, tick.toLocaleString("en-GB"), x(tick), bottom + 17, "middle", colours.quiet);
    });
    write(svg, shown.sizeName, (LEFT + width - RIGHT) / 2, bottom + 36, "middle", colours.ink);
    var own = shown.organisations.map(function (each) { return { x: x(each.size), y: y(each.value) }; });
    var points = beside(own, width - RIGHT);
    var chosen = shown.organisations.findIndex(function (each) { return each.name === shown.chosen; });
    shown.organisations.forEach(function (each, at) {
      if (at !== chosen) symbol(svg, data.points[each.kind], points[at].x, points[at].y);
    });
    if (chosen >= 0) {
      ring(svg, points[chosen].x, points[chosen].y, 9, data);
      symbol(svg, data.points[shown.organisations[chosen].kind], points[chosen].x, points[chosen].y);
    }
    var curves = Object.keys(limits).map(function (name) {
      return shown.sizes.map(function (size, at) { return { x: x(size), y: y(100 * limits[name][at]) }; });
    });
    curves.push([{ x: LEFT, y: y(shown.middle) }, { x: width - RIGHT, y: y(shown.middle) }]);
    var plot = { end: width - RIGHT, top: top, bottom: bottom, curves: curves, mark: shown.mark };
    nameOutliers(svg, shown.organisations, points, plot, chosen, colours.ink);
    return { svg: svg, points: points, isMoved: points.some(function (each, at) { return each.x !== own[at].x; }) };
  }

  function isThrough(curve, box) {
    return curve.some(function (to, at) {
      var from = curve[Math.max(0, at - 1)], left = Math.max(box[0], from.x), right = Math.min(box[2], to.x);
      if (left > right) return false;
      var ends = [left, right].map(function (x) { return scale(from.x, to.x, from.y, to.y)(x); });
      return Math.max(ends[0], ends[1]) >= box[1] && Math.min(ends[0], ends[1]) <= box[3];
    });
  }

  // The names of the organisations outside the outer limits, each beside its point, as far as there is room: clear of the
  // lines if it can be. The chosen one is named in the legend.
  function nameOutliers(svg, organisations, points, plot, chosen, colour) {
    var taken = points.map(function (each) { return [each.x - 6, each.y - 6, each.x + 6, each.y + 6]; });
    if (plot.mark) taken.push([plot.end - plot.mark.length * (LETTER + 1), 0, plot.end, plot.top - 7]);
    organisations.forEach(function (each, at) {
      if (!each.kind || at === chosen) return;
      var x = points[at].x, y = points[at].y, wide = each.name.length * LETTER, half = wide / 2;
      var places = [[x + 9, y + 4], [x - 9 - wide, y + 4], [x - half, y - 10], [x - half, y + 18],
        [plot.end - wide, y - 10], [plot.end - wide, y + 18], [LEFT, y - 10], [LEFT, y + 18]];
      function boxOf(place) { return [place[0], place[1] - 11, place[0] + wide, place[1] + 3]; }
      var free = places.filter(function (place) {
        var box = boxOf(place);
        return box[0] >= LEFT && box[2] <= plot.end && box[1] >= plot.top - 21 && box[3] <= plot.bottom && box[0] - 9 <= x && box[2] + 9 >= x &&
          taken.every(function (other) { return box[0] >= other[2] || box[2] <= other[0] || box[1] >= other[3] || box[3] <= other[1]; });
      });
      if (!free.length) return;
      function isClear(place) { return !plot.curves.some(function (curve) { return isThrough(curve, boxOf(place)); }); }
      var best = free.find(isClear) || free[0];
      taken.push(boxOf(best));
      write(svg, each.name, best[0], best[1], "start", colour).classList.add("outlier");
    });
  }

  // Points, each of which can be seen and reached: one that would cover an earlier one stands beside it.
  function beside(points, end) {
    var placed = [];
    points.forEach(function (point) {
      var away = 0, found = null;
      while (!found) {
        var free = [point.x + away, point.x - away].filter(function (x) {
          return x <= end && x >= LEFT && placed.every(function (each) { return Math.abs(each.x - x) >= 9 || Math.abs(each.y - point.y) >= 9; });
        });
        found = free.length || away > end ? { x: free.length ? free[0] : point.x, y: point.y } : null;
        away += 1;
      }
      placed.push(found);
    });
    return placed;
  }

  // What a point says to a pointer, a finger and the arrow keys, as on the report's other charts.
  var tip = document.createElement("dl"), pointed = null, shownAt = 0;
  var STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 6, PageUp: -6, Home: -Infinity, End: Infinity };
  tip.className = "chart-tip";
  tip.hidden = true;
  document.body.append(tip);

  function hide() {
    tip.hidden = true;
    if (pointed) pointed.remove();
    pointed = null;
  }

  function place(chart, name, said, draw) {
    var frame = document.createElement("div"), stage = document.createElement("div"), reader = document.createElement("div");
    var drawn = null, current = -1;
    frame.className = "chart-place organisation-chart";
    stage.className = "chart";
    reader.className = "chart-reader";
    reader.tabIndex = 0;
    Object.entries({ role: "slider", "aria-label": "Values of " + name, "aria-valuemin": 1, "aria-valuemax": said.length,
      "aria-valuenow": 1, "aria-valuetext": "Use the arrow keys to hear each value" }).forEach(function (each) {
      reader.setAttribute(each[0], each[1]);
    });
    frame.append(stage, reader);
    chart.append(frame);

    function tell(at) {
      hide();
      current = at;
      tip.textContent = "";
      said[at].forEach(function (each) {
        var term = document.createElement("dt"), value = document.createElement("dd");
        term.textContent = each[0];
        value.textContent = each[1];
        tip.append(term, value);
      });
      tip.hidden = false;
      shownAt = scrollY;
      pointed = node("circle", { cx: drawn.points[at].x, cy: drawn.points[at].y, r: 8, class: "chart-pointed" }, drawn.svg);
      reader.setAttribute("aria-valuenow", at + 1);
      reader.setAttribute("aria-valuetext", said[at].map(function (each) { return each.join(": "); }).join(", "));
      var box = pointed.getBoundingClientRect(), room = document.documentElement.clientWidth;
      var left = box.right + 10 + tip.offsetWidth < room ? box.right + 10 : box.left - 10 - tip.offsetWidth;
      tip.style.left = Math.max(8, Math.min(left, room - tip.offsetWidth - 8)) + "px";
      tip.style.top = Math.max(8, box.bottom + 8 + tip.offsetHeight < innerHeight ? box.bottom + 8 : box.top - 8 - tip.offsetHeight) + "px";
    }
    function at(event) {
      if (event.type !== "pointerdown" && event.pointerType !== "mouse" && !event.buttons) return;
      var box = drawn.svg.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top, best = 0, least = Infinity;
      drawn.points.forEach(function (each, index) {
        var far = Math.pow(each.x - x, 2) + (drawn.isPlane ? Math.pow(each.y - y, 2) : 0);
        if (far < least) { least = far; best = index; }
      });
      tell(best);
    }
    reader.addEventListener("pointermove", at);
    reader.addEventListener("pointerdown", at);
    reader.addEventListener("pointerleave", function (event) { if (event.pointerType === "mouse") hide(); });
    reader.addEventListener("mousedown", function (event) { event.preventDefault(); });
    reader.addEventListener("blur", hide);
    reader.addEventListener("keydown", function (event) {
      var step = STEPS[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      var from = current < 0 && step < 0 ? said.length : current;
      tell(Math.max(0, Math.min(said.length - 1, from + step)));
    });

    function redraw() {
      var style = getComputedStyle(stage), width = stage.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      if (width < 50) return; // in a part of the page that is closed
      hide();
      drawn = draw(Math.round(width));
      stage.replaceChildren(drawn.svg);
    }
    frame.redraw = redraw;
    redraw();
  }

  document.addEventListener("keydown", function (event) { if (event.key === "Escape") hide(); });
  document.addEventListener("pointerdown", function (event) { if (!event.target.closest(".chart-reader")) hide(); });
  // The event of a scroll that came before, as to what gets the focus, hides nothing.
  addEventListener("scroll", function () { if (scrollY !== shownAt) hide(); }, { passive: true });

  function redrawAll() {
    document.querySelectorAll(".organisation-chart").forEach(function (each) { each.redraw(); });
  }
  var resized = null;
  addEventListener("resize", function () {
    clearTimeout(resized);
    resized = setTimeout(redrawAll, 200);
  });

  window.natpatsipOrganisationCharts = { series: series, funnel: funnel, place: place, symbol: symbol, ring: ring, canvas: canvas, redrawAll: redrawAll };
})();
