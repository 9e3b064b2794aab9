/* One row of the ledger that was changed in place. */
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
})();
