/* One row of the ledger that was changed in place; several that are ticked to be changed at once. */
(function () {
  "use strict";

  function cellOf(event) {
    var target = event.detail.requestConfig ? event.detail.requestConfig.target : null;
    return target && /^state-/.test(target.id) ? target : null;
  }

  /* an overtaken change is told in its own cell: the shell expects a whole page with a 409 */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var cell = cellOf(event);
    if (cell && event.detail.xhr.status === 409) {
      event.detail.target = cell;
      event.detail.swapOverride = "innerHTML";
    }
  });

  /* the button that was pressed is gone with the old cell: stay in the row for the keyboard */
  document.addEventListener("htmx:afterSettle", function (event) {
    var cell = cellOf(event);
    if (!cell || document.activeElement !== document.body) return;
    var next = cell.querySelector("select, button, summary");
    if (next) next.focus();
  });

  /* ---- several rows at once: how many, all of this page, which ---- */
  function ticks() {
    return Array.prototype.slice.call(document.querySelectorAll("input[name=rows][form=bulk]"));
  }

  function countTicks() {
    var words = document.querySelector("[data-bulk-count]");
    var boxes = ticks();
    if (!words || !boxes.length) return;
    var ticked = boxes.filter(function (box) {
      box.closest("tr").classList.toggle("is-selected", box.checked);
      return box.checked;
    }).length;
    words.textContent = ticked ? "已勾选 " + ticked + " 条" : words.dataset.none;
    var all = document.querySelector("[data-bulk-all]");
    all.hidden = false;
    all.firstElementChild.checked = ticked === boxes.length;
    all.firstElementChild.indeterminate = ticked > 0 && ticked < boxes.length;
  }

  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-bulk-all]")) {
      ticks().forEach(function (box) {
        box.checked = event.target.checked;
      });
    }
    if (event.target.closest("[data-bulk-all]") || event.target.name === "rows") countTicks();
  });
  document.addEventListener("htmx:afterSettle", countTicks);
  /* the browser may have kept what was ticked when one comes back to the page */
  window.addEventListener("pageshow", countTicks);
})();
