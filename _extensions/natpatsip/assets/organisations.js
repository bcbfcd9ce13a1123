// The page of organisations: a table of the latest values becomes one to choose from, with each organisation's charts.
// The numbers are in a file of their own, which a script loads, since pages from disk cannot fetch.
(function () {
  "use strict";

  var charts = window.natpatsipOrganisationCharts;
  var HIDDEN = "hidden", HASH = "#organisation=";
  var PLACES = { below_outer: "below the outer limit", below_inner: "below the inner limit", within: "within the limits",
    above_inner: "above the inner limit", above_outer: "above the outer limit" };

  function make(name, text, parent, className) {
    var made = window.natpatsipElements.element(name, text, className);
    if (parent) parent.append(made);
    return made;
  }

  function isNumber(value) { return typeof value === "number" && isFinite(value); }

  // Numbers -----------------------------------------------------------------------------------------------------------

  function valuesOf(measure, counts) {
    return measure.periods.map(function (_, at) {
      if (!counts) return null;
      if (!measure.per) return counts.value[at] === HIDDEN ? null : counts.value[at];
      var part = counts.numerator[at], whole = counts.denominator[at];
      return isNumber(part) && whole > 0 ? measure.per * part / whole : null;
    });
  }

  // The counts of one organisation by role.
  function countsOf(measure, place) {
    var found = {};
    Object.keys(measure.counts).forEach(function (role) { found[role] = measure.counts[role][place]; });
    return Object.values(found).every(Boolean) ? found : null;
  }

  // A value has more decimals than asked for if it would be a false 0 or 100%, as everywhere in the report.
  function printed(measure, value, decimals, isFixed) {
    if (!isNumber(value)) return "–";
    var places = decimals === undefined ? measure.decimals : decimals;
    (measure.percent ? [0, 100] : [0]).forEach(function (mark) {
      var distance = Math.abs(value - mark);
      if (distance > 1e-12 && Number(value.toFixed(places)) === mark) places = Math.max(places, 1 - Math.floor(Math.log10(distance)));
    });
    var text = value.toLocaleString("en-GB", { minimumFractionDigits: isFixed ? places : 0, maximumFractionDigits: places });
    return text.replace("-", "−") + (measure.percent ? "%" : "");
  }

  // The national value has the measure's decimals in each place, as in the table of all organisations.
  function nationalValue(measure, value) { return printed(measure, value, measure.exactDecimals, true); }

  function count(measure, number) {
    return number === HIDDEN ? measure.symbol : isNumber(number) ? number.toLocaleString("en-GB") : "–";
  }

  function isHidden(counts, at) {
    return counts && Object.values(counts).some(function (each) { return each[at] === HIDDEN; });
  }

  // An organisation's measure as the charts and the tables show it.
  // What a drawing of invented values says in itself: the note without its full stop.
  function markOf(measure, data) { return measure.illustrative ? data.illustrative.replace(/\.$/, "") : ""; }

  function shownOf(group, measure, place, data) {
    var counts = countsOf(measure, place), kinds = measure.kinds[place] || "";
    return {
      counts: counts, values: valuesOf(measure, counts), national: valuesOf(measure, measure.national),
      nationalName: group.national, mark: markOf(measure, data), periods: measure.periods, limits: measure.limits[place], bounds: measure.bounds[place], kinds: kinds,
      target: measure.target, isShare: Boolean(measure.per) || measure.percent, percent: measure.percent,
      printed: function (value) { return printed(measure, value, 2); },
      kindWords: function (at) { return measure.limits.length && kinds[at] && kinds[at] !== "." ? data.points[kinds[at]].words : ""; }
    };
  }

  // Tables and files --------------------------------------------------------------------------------------------------

  function columnsOf(group, measure) {
    return ["Period"].concat(Object.values(measure.per ? measure.columns : {}), measure.column, group.national,
      measure.limits.length ? ["Point"] : []);
  }

  function rowOf(measure, shown, at) {
    var value = isHidden(shown.counts, at) ? measure.symbol : printed(measure, shown.values[at]);
    var parts = measure.per && shown.counts ? Object.keys(measure.columns).map(function (role) { return count(measure, shown.counts[role][at]); })
      : measure.per ? ["–", "–"] : [];
    return [measure.periods[at]].concat(parts, value, nationalValue(measure, shown.national[at]), measure.limits.length ? [shown.kindWords(at)] : []);
  }

  function table(parent, caption, head, rows) {
    var region = make("section", "", parent, "sideways"), made = make("table", "", region, "data");
    region.tabIndex = 0;
    region.setAttribute("aria-label", caption);
    make("caption", caption, made);
    var top = make("tr", "", make("thead", "", made)), body = make("tbody", "", made);
    head.forEach(function (name) { make("th", name, top).scope = "col"; });
    rows.forEach(function (row) {
      var line = make("tr", "", body);
      row.forEach(function (cell, at) {
        if (at) make("td", cell, line);
        else make("th", cell, line).scope = "row";
      });
    });
  }

  // As the report's other files: no cell that a spreadsheet would run as a formula.
  function cell(value) {
    var text = value === null || value === undefined ? "" : String(value);
    if (/^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) && !/^[+-]?[0-9][0-9,]*(\.[0-9]+)?([eE][+-]?[0-9]+)?%?$/.test(text)) text = "'" + text;
    return /[",\r\n;]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  // The mean and the limits at a point: those of the stretch that it is in, or limits of its own.
  function limitsAt(shown, at) {
    var found = (shown.limits || []).reduce(function (found, each) { return each[0] <= at ? each.slice(1) : found; }, []);
    return shown.bounds ? [found[0], shown.bounds[0][at], shown.bounds[1][at]] : found;
  }

  function exact(value) { return isNumber(value) ? Number(Math.abs(value) < 0.1 ? value.toPrecision(4) : value.toFixed(4)) : ""; }

  function csv(data, wanted) {
    var lines = [["kind", "organisation", "measure", "period", "numerator", "denominator", "value", "national_value", "mean",
      "lower_limit", "upper_limit", "point", "provenance", "note"]];
    data.groups.forEach(function (group) {
      group.organisations.forEach(function (name, place) {
        if (!wanted(group, name)) return;
        group.measures.forEach(function (measure) {
          var shown = shownOf(group, measure, place, data);
          measure.periods.forEach(function (period, at) {
            var limits = limitsAt(shown, at);
            function part(role) {
              var number = shown.counts && shown.counts[role] ? shown.counts[role][at] : null;
              return number === HIDDEN ? measure.symbol : number;
            }
            var value = isHidden(shown.counts, at) ? measure.symbol : exact(shown.values[at]);
            lines.push([group.kind, name, measure.column, period, part("numerator"), part("denominator"), value, exact(shown.national[at]),
              limits[0], limits[1], limits[2], shown.kindWords(at), measure.provenance, measure.note]);
          });
        });
      });
    });
    return lines.map(function (line) { return line.map(cell).join(",") + "\n"; }).join("");
  }

  function download(parent, words, name, text) {
    var button = make("button", words, make("p", "", parent, "figure-files"));
    button.type = "button";
    button.addEventListener("click", function () {
      var link = make("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + text()], { type: "text/csv;charset=utf-8" }));
      link.download = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") + ".csv";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
  }

  // Icons -------------------------------------------------------------------------------------------------------------

  function icon(data, name, parent, isSaid) {
    var place = make("span", "", parent, "organisation-icon");
    place.innerHTML = data.icons[name].svg; // the report's own drawing
    place.firstElementChild.classList.add("themed");
    place.firstElementChild.setAttribute("aria-hidden", "true");
    place.querySelector("title").remove();
    make("span", data.icons[name].words, parent, isSaid ? "" : "visually-hidden");
  }

  // Of a measure's icons, those that are shown.
  function seen(pair) { return (pair || []).filter(function (name) { return name !== "assurance-none"; }); }

  function icons(data, pair, parent, isSaid) {
    seen(pair).forEach(function (name) {
      icon(data, name, make("span", "", parent, "organisation-sign"), isSaid);
    });
  }

  // Parts of the page -------------------------------------------------------------------------------------------------

  function address(group, name) { return HASH + encodeURIComponent(group.by + "/" + name); }

  // The tables that are in the page: each organisation leads to its charts, each value has its icons.
  function decorate(view, data) {
    function most(group) {
      return Math.max.apply(null, group.measures.map(function (measure) {
        return Math.max.apply(null, measure.icons.map(function (pair) { return seen(pair).length; }));
      }));
    }
    function signs(row, column, measure, place) {
      icons(data, measure.icons[place], make("span", "", row.cells[column + 1], "organisation-signs"));
    }
    view.querySelectorAll("table").forEach(function (found, number) {
      var group = data.groups[number];
      found.style.setProperty("--signs", most(group)); // on a card all numbers begin in one line
      group.organisations.forEach(function (name, place) {
        var row = found.tBodies[0].rows[place], link = make("a", row.cells[0].textContent);
        link.href = address(group, name);
        row.cells[0].replaceChildren(link);
        group.measures.forEach(function (measure, column) { signs(row, column, measure, place); });
      });
      // On a card the national number begins where the others do, which have icons before them.
      var last = found.tBodies[0].rows[group.organisations.length];
      group.measures.forEach(function (measure, column) { signs(last, column, measure, -1); });
    });
  }

  // What the icons in the tables mean; the data have those that are used.
  function key(view, data) {
    var list = make("ul", "", null, "organisation-key");
    var names = Object.keys(data.icons).filter(function (name) { return name !== "assurance-none"; }).sort();
    function isOfTarget(name) { return name.startsWith("assurance"); } // these follow those of variation, as in the tables
    names.sort(function (one, other) { return isOfTarget(one) - isOfTarget(other); });
    names.forEach(function (name) { icon(data, name, make("li", "", list), true); });
    if (list.children.length) view.prepend(list);
  }

  // The legend of all charts of a group, or of the funnel plot of a measure: with the kinds of points that it has, and the
  // organisation that it is about, if any.
  function legend(parent, data, group, funnelOf, chosen) {
    var isFunnel = Boolean(funnelOf);
    var directions = group.measures.map(function (each) { return each.improvement; });
    var target = group.measures.find(function (each) { return isNumber(each.target); });
    var list = make("ul", "", parent, "organisation-legend");
    function entry(words, draw) {
      var item = make("li", "", list), svg = charts.canvas(28, 14);
      draw(svg);
      item.append(svg, words);
    }
    function dashed(colour, dashes, width) {
      return function (svg) {
        var path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        [["d", "M1,7H27"], ["stroke", colour], ["stroke-dasharray", dashes], ["stroke-width", width]].forEach(function (each) {
          path.setAttribute(each[0], each[1]);
        });
        svg.append(path);
      };
    }
    var hasLimits = group.measures.some(function (each) { return each.limits.length; }); // run charts have none
    if (chosen) entry(chosen, function (svg) { charts.ring(svg, 14, 7, 6, data); });
    entry(group.national, dashed(data.colours.national, "8 3", 2));
    if (!isFunnel && hasLimits) entry("Mean", dashed(data.colours.mean, "", 1.3));
    if (isFunnel || hasLimits) entry(isFunnel ? "Inner limits, 95%" : "Limits of normal variation", dashed(data.colours.limit, "5 4", 1.3));
    if (!isFunnel && target) entry(target.targetName, dashed(data.colours.target, "2 3", 1.5));
    if (isFunnel) entry("Outer limits, 99.8%", dashed(data.colours.limit, "", 1.3));
    data.points.forEach(function (style, kind) {
      var isNeutral = kind > 2;
      if (kind && !directions.some(function (each) { return (each === "neutral") === isNeutral; })) return;
      if (isFunnel && !funnelOf.funnel.places.some(function (each) { return kindOf(funnelOf, each) === kind; })) return;
      entry(isFunnel ? funnelWords(funnelOf, kind) : style.words, function (svg) { charts.symbol(svg, style, 14, 7); });
    });
  }

  // Outside the outer limits an organisation differs by more than chance; which direction is better decides its sign.
  function kindOf(measure, place) {
    if (place !== "above_outer" && place !== "below_outer") return 0;
    var isHigh = place === "above_outer";
    if (measure.improvement === "neutral") return isHigh ? 3 : 4;
    return isHigh === (measure.improvement === "increase") ? 1 : 2;
  }

  function funnelWords(measure, kind) {
    if (!kind) return "Within the outer limits";
    var isHigh = kind > 2 ? kind === 3 : (kind === 1) === (measure.improvement === "increase");
    return (isHigh ? "Above" : "Below") + " the outer limits" + (kind > 2 ? "" : kind === 1 ? ", better" : ", worse");
  }

  function funnel(parent, group, measure, data, chosen) {
    var own = measure.funnel, last = measure.periods.length - 1, organisations = [];
    group.organisations.forEach(function (name, place) {
      var counts = countsOf(measure, place), value = valuesOf(measure, counts)[last];
      if (isNumber(value)) {
        organisations.push({ name: name, size: counts.denominator[last], value: value, place: own.places[place], kind: kindOf(measure, own.places[place]) });
      }
    });
    organisations.sort(function (one, other) { return one.size - other.size; });
    var shown = { organisations: organisations, sizes: own.sizes, limits: own.limits, middle: 100 * own.proportion, chosen: chosen,
      sizeName: measure.columns.denominator, valueName: measure.column, mark: markOf(measure, data), printed: function (value) { return printed(measure, value, 2); } };
    var said = organisations.map(function (each) {
      return [[group.kind, each.name], [measure.columns.denominator, count(measure, each.size)], [measure.column, printed(measure, each.value)],
        ["In the funnel", PLACES[each.place]]];
    });
    var name = measure.label + " by " + group.kind + ", " + measure.periods[last];
    var counted = measure.columns.denominator.replace(/^[A-Z](?![A-Z])/, function (first) { return first.toLowerCase(); });
    make("p", "Each point is one " + group.kind + ". Further right are those with more " + counted +
      ". There the limits are narrower, since chance changes the percentages less.", parent, "organisation-funnel");
    var outside = organisations.filter(function (each) { return each.kind; }).map(function (each) {
      return each.name + (each.place === "above_outer" ? " (above)" : " (below)");
    });
    make("p", outside.length ? "Outside the outer limits: " + outside.join("; ") + "." : "None is outside the outer limits.", parent);
    var note = make("p", "", null, "figure-note"); // whether points had to be moved depends on the width
    charts.place(parent, name, said, function (width) {
      var drawn = charts.funnel(shown, width, data);
      drawn.isPlane = true;
      note.textContent = "By chance alone, 95% of organisations would be within the inner limits and 99.8% within the outer ones. " +
        (drawn.isMoved ? "Points that would cover one another are side by side. " : "") + measure.note +
        (measure.illustrative ? " " + data.illustrative : "");
      return drawn;
    });
    parent.append(note);
    var details = make("details", "", parent, "figure-data");
    make("summary", "Data of the funnel plot", details);
    table(details, name, [group.kind, measure.columns.denominator, measure.column, "In the funnel"], organisations.map(function (each) {
      return [each.name, count(measure, each.size), printed(measure, each.value), PLACES[each.place]];
    }));
  }

  function withFunnels(data) {
    return data.groups.map(function (group) {
      return { group: group, measures: group.measures.filter(function (each) { return each.funnel; }) };
    }).filter(function (each) { return each.measures.length; });
  }

  function funnels(view, data) {
    var groups = withFunnels(data);
    if (!groups.length) return;
    make("h2", "Funnel plot", view).id = "funnel-plot";
    var line = make("p", "", view, "organisation-choice"), label = make("label", "Measure ", line), select = make("select", "", label);
    var stage = make("div", "", view);
    groups.forEach(function (each) {
      each.measures.forEach(function (measure) {
        make("option", measure.label + ", " + measure.periods[measure.periods.length - 1], select);
      });
    });
    var flat = groups.flatMap(function (each) { return each.measures.map(function (measure) { return [each.group, measure]; }); });
    function show() {
      var chosen = flat[select.selectedIndex];
      stage.replaceChildren();
      legend(stage, data, chosen[0], chosen[1]);
      funnel(stage, chosen[0], chosen[1], data, "");
    }
    select.addEventListener("change", show);
    show();
  }

  function measureOf(view, group, measure, place, data) {
    var name = group.organisations[place], shown = shownOf(group, measure, place, data), last = measure.periods.length - 1;
    var part = make("section", "", view, "organisation-measure");
    make("h3", measure.label, part);
    make("p", measure.caption + " " + measure.axis.replace(/\.$/, "") + ".", part, "figure-description");
    icons(data, measure.icons[place], make("p", "", part, "organisation-signs"), true);
    if (measure.remarks[place]) make("p", measure.remarks[place], part, "organisation-remark");
    if (!shown.values.some(isNumber)) return;
    if (isNumber(shown.values[last])) {
      var words = [name + ": " + printed(measure, shown.values[last])];
      var mean = limitsAt(shown, last)[0];
      if (isNumber(mean)) words.push("mean " + printed(measure, mean));
      words.push(group.national + " " + nationalValue(measure, shown.national[last]));
      if (isNumber(measure.target)) words.push(measure.targetName.toLowerCase() + " " + printed(measure, measure.target, measure.exactDecimals));
      make("p", measure.periods[last] + ". " + words.join("; ") + ".", part);
    }
    var said = measure.periods.map(function (period, at) {
      return columnsOf(group, measure).map(function (column, number) { return [column, rowOf(measure, shown, at)[number]]; })
        .filter(function (each) { return each[1]; });
    });
    charts.place(part, measure.label + ", " + name, said, function (width) { return charts.series(shown, width, data); });
    make("p", measure.note + (measure.illustrative ? " " + data.illustrative : ""), part, "figure-note");
    var details = make("details", "", part, "figure-data");
    make("summary", "Data of the chart", details);
    table(details, measure.label + ", " + name, columnsOf(group, measure), measure.periods.map(function (_, at) { return rowOf(measure, shown, at); }));
    if (measure.funnel) {
      var compared = make("details", "", part, "figure-data"), isDrawn = false;
      make("summary", "Compared with the others: funnel plot", compared);
      compared.addEventListener("toggle", function () {
        if (isDrawn || !compared.open) return;
        isDrawn = true;
        legend(compared, data, group, measure, name);
        funnel(compared, group, measure, data, name);
      });
    }
  }

  function organisation(view, group, place, data) {
    var name = group.organisations[place];
    view.replaceChildren();
    var heading = make("h2", name, view), back = make("a", "All organisations", make("p", "", view));
    back.href = HASH;
    heading.tabIndex = -1;
    download(view, "Download the data of " + name + " (CSV)", name, function () {
      return csv(data, function (each, other) { return each === group && other === name; });
    });
    legend(view, data, group, null);
    group.measures.forEach(function (measure) { measureOf(view, group, measure, place, data); });
    return heading;
  }

  function start(root, data) {
    var all = make("div", "", null, "organisations-all"), one = make("div", "", null, "organisations-one");
    var line = make("p", "", null, "organisation-choice"), select = make("select", "", make("label", "Choose an organisation to see its charts ", line));
    var addresses = [HASH], isLinked = false;
    all.append.apply(all, Array.from(root.childNodes));
    root.append(line, all, one);
    make("option", "All organisations", select).value = HASH;
    data.groups.forEach(function (group) {
      var part = make("optgroup", "", select);
      part.label = group.kind;
      group.organisations.forEach(function (name) {
        make("option", name, part).value = address(group, name);
        addresses.push(address(group, name));
      });
    });
    decorate(all, data);
    key(all, data);
    download(all, "Download the data of all organisations (CSV)", "all organisations", function () { return csv(data, function () { return true; }); });
    funnels(all, data);
    function show() {
      var at = addresses.indexOf(location.hash), place = at - 1, heading = null;
      if (at < 0 && location.hash && !location.hash.startsWith(HASH)) return; // a link to another place of the page
      data.groups.forEach(function (group) {
        if (place >= 0 && place < group.organisations.length) {
          all.hidden = true;
          one.hidden = false;
          heading = organisation(one, group, place, data);
        }
        place -= group.organisations.length;
      });
      if (!heading) {
        one.replaceChildren();
        one.hidden = true;
        all.hidden = false;
        charts.redrawAll();
      }
      select.value = at < 0 ? HASH : addresses[at];
      if (isLinked) (heading || select).focus();
      if (isLinked) (heading || root).scrollIntoView({ block: "start" });
      isLinked = false;
    }
    root.addEventListener("click", function (event) { if (event.target.closest("a[href^='" + HASH + "']")) isLinked = true; });
    select.addEventListener("change", function () { location.hash = select.value; });
    addEventListener("hashchange", show);
    show();
  }

  document.querySelectorAll(".organisations[data-file]").forEach(function (root) {
    window.natpatsipOrganisations = function (data) { start(root, data); };
    var script = document.createElement("script");
    script.src = root.dataset.file;
    script.onerror = function () { console.error(root.dataset.file + " is not beside this page; the table stays as it is."); };
    document.head.append(script);
  });
})();
