// A figure as a PNG for slides, drawn here: its number, title and description, the chart, its note and where it is from.
(function () {
  "use strict";

  var SCALE = 2, MARGIN = 24;
  var INK = "#212B32", SLATE = "#425563", BLUE = "#005EB8";

  function textOf(figure, selector) {
    var found = figure.querySelector(selector);
    return found ? found.textContent.replace(/\s+/g, " ").trim() : "";
  }

  function linesOf(context, text, width) {
    var lines = [], line = "";
    text.split(" ").forEach(function (word) {
      var longer = line ? line + " " + word : word;
      if (line && context.measureText(longer).width > width) {
        lines.push(line);
        longer = word;
      }
      line = longer;
    });
    return lines.concat(line);
  }

  // Each text with its type, colour and the height of its lines, broken into lines.
  function laidOut(context, width, texts) {
    return texts.filter(function (each) { return each.text; }).map(function (each) {
      context.font = each.font;
      return Object.assign({ lines: linesOf(context, each.text, width) }, each);
    });
  }

  function heightOf(parts) {
    return parts.reduce(function (sum, each) { return sum + each.lines.length * each.height; }, 0);
  }

  function write(context, parts, top) {
    parts.forEach(function (each) {
      context.font = each.font;
      context.fillStyle = each.colour;
      each.lines.forEach(function (line) {
        context.fillText(line, MARGIN, top + each.height * 0.75);
        top += each.height;
      });
    });
  }

  function compose(figure, chart) {
    var canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    var wide = chart.width / SCALE, tall = chart.height / SCALE, family = getComputedStyle(document.body).fontFamily;
    function text(selector, type, colour, height) {
      return { text: textOf(figure, selector), font: type + " " + family, colour: colour, height: height };
    }
    var source = { text: document.title + ". " + location.href.split("#")[0].split("/").pop() + "#" + figure.id,
      font: "11px " + family, colour: SLATE, height: 16 };
    var above = laidOut(context, wide, [text(".figure-number", "700 13px", BLUE, 20),
      text(".figure-title", "700 18px", INK, 25), text(".figure-description", "13px", SLATE, 22)]);
    var below = laidOut(context, wide, [text(".figure-note", "12px", SLATE, 18), source]);
    var head = MARGIN + heightOf(above) + 8;
    canvas.width = (wide + 2 * MARGIN) * SCALE;
    canvas.height = (head + tall + 8 + heightOf(below) + MARGIN) * SCALE;
    context.scale(SCALE, SCALE);
    context.fillStyle = "#FFFFFF";
    context.fillRect(0, 0, canvas.width, canvas.height);
    write(context, above, MARGIN);
    context.drawImage(chart, MARGIN, head, wide, tall);
    write(context, below, head + tall + 8);
    return canvas;
  }

  function save(canvas, name) {
    canvas.toBlob(function (blob) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name + ".png";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    }, "image/png");
  }

  document.querySelectorAll(".figure-png").forEach(function (button) {
    var figure = button.closest("figure");
    button.addEventListener("click", function () {
      Promise.all([window.natpatsipCanvas(figure.querySelector(".chart"), SCALE), document.fonts.ready])
        .then(function (made) { save(compose(figure, made[0]), figure.id); })
        .catch(function (error) { console.error(error); });
    });
  });
})();
