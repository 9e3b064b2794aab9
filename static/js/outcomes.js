/* The list of measures of an outcome: searched by number or text, with a count of the chosen. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("[data-pick]"), function (box) {
    var bar = box.querySelector("[data-pick-search]");
    var field = bar.querySelector("input");
    var count = bar.querySelector("[data-pick-count]");
    var rows = Array.prototype.slice.call(box.querySelectorAll("[data-pick-row]"));
    if (!rows.length) return;
    bar.hidden = false;

    function narrow() {
      var words = field.value.trim().toLowerCase();
      var chosen = 0;
      var shown = 0;
      rows.forEach(function (row) {
        var ticked = row.querySelector("input").checked;
        /* what is chosen stays in sight whatever is searched for */
        var fits = ticked || row.textContent.toLowerCase().indexOf(words) !== -1;
        row.hidden = !fits;
        if (ticked) chosen += 1;
        if (fits) shown += 1;
      });
      count.textContent = "已选 " + chosen + " 条" + (words ? "，列出 " + shown + " 条" : "");
    }

    field.addEventListener("input", narrow);
    field.addEventListener("keydown", function (event) {
      /* the key that looks up a word must not send the form */
      if (event.key === "Enter") event.preventDefault();
    });
    box.addEventListener("change", narrow);
    narrow();
  });
})();
