// What a table of versions does with JavaScript: on a phone the chart above it starts folded, for the table comes first.

if (matchMedia("(max-width: 1180px)").matches) {
  for (const chart of document.querySelectorAll(".over-v")) chart.open = false;
}
