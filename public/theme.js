// Sets the theme before the first paint so that no flash of the other one is seen. Kept tiny and blocking on purpose.
(function () {
  var stored = null;
  try {
    // The embed (src/ui/state/embed.ts) leaves what is stored alone.
    if (window.self === window.top && !new URLSearchParams(location.search).has('embed'))
      stored = localStorage.getItem('theme');
  } catch {
    // Storage may be blocked; the system's theme is then used.
  }
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset.theme = stored;
})();
