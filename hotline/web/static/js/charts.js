// Draws the pictures of a page with ECharts from the data beside them, in the page's own colours.
"use strict";

(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = new Map();

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    const names = ["text", "soft", "line", "surface", "raised", "talk", "ring", "accent", "bad-ink", "message"];
    return Object.fromEntries(names.map((name) => [name, of(name)]));
  }

  function around(c, data, more = {}) {
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = { color: c.soft, fontSize: size * 0.8125, fontFamily: getComputedStyle(document.body).fontFamily };
    return {
      animation: !still,
      animationDuration: 400,
      textStyle: font,
      grid: { left: 12, right: 16, top: 44, bottom: 12, containLabel: true },
      legend: { top: 6, textStyle: font, inactiveColor: c.line, itemWidth: 16, itemHeight: 10 },
      tooltip: {
        renderMode: "richText", // markup with inline styles is refused by the page's policy
        trigger: "axis",
        axisPointer: { type: "shadow" },
        backgroundColor: c.surface,
        borderColor: c.line,
        textStyle: { color: c.text, fontSize: size * 0.875 },
      },
      ...more,
    };
  }

  const axis = (c, more) => ({
    axisLine: { lineStyle: { color: c.line } },
    axisTick: { show: false },
    axisLabel: { color: c.soft },
    splitLine: { lineStyle: { color: c.line, type: "dashed" } },
    ...more,
  });

  const norm = (c, name, along) => ({
    silent: true,
    symbol: "none",
    label: { formatter: name, color: c.soft, position: along === "x" ? "end" : "insideEndTop" },
    lineStyle: { color: c["bad-ink"], type: "dashed" },
    data: [{ [`${along}Axis`]: 95 }],
  });

  const kinds = {
    days: (c, d) => around(c, d, {
      xAxis: axis(c, { type: "category", data: d.labels, splitLine: { show: false } }),
      yAxis: [axis(c, { type: "value", minInterval: 1 }), axis(c, { type: "value", min: (v) => Math.min(70, Math.floor(v.min / 10) * 10), max: 100, splitLine: { show: false }, axisLabel: { color: c.soft, formatter: "{value}%" } })],
      series: [
        { name: d.words.reached, type: "bar", stack: "calls", data: d.reached, color: c.talk, barMaxWidth: 26 },
        { name: d.words.missed, type: "bar", stack: "calls", data: d.missed, color: c["bad-ink"], barMaxWidth: 26 },
        { name: d.words.rate, type: "line", yAxisIndex: 1, data: d.rate, color: c.ring, symbolSize: 5, connectNulls: true, markLine: norm(c, "95%", "y"), tooltip: { valueFormatter: (v) => (v == null ? "—" : `${v}%`) } },
      ],
    }),
    depth: (c, d) => around(c, d, {
      legend: { show: false },
      grid: { left: 12, right: 56, top: 8, bottom: 8, containLabel: true },
      xAxis: axis(c, { type: "value", minInterval: 1 }),
      yAxis: axis(c, { type: "category", data: d.labels, inverse: true, splitLine: { show: false }, axisLabel: { color: c.text } }),
      series: [{ name: d.words.calls, type: "bar", barMaxWidth: 26, label: { show: true, position: "right", color: c.text }, data: d.values.map((value, n) => ({ value, itemStyle: { color: d.lost[n] ? c["bad-ink"] : c.talk, borderRadius: 3 } })) }],
    }),
    stations: (c, d) => around(c, d, {
      xAxis: axis(c, { type: "value", min: (v) => Math.min(50, Math.floor(v.min / 10) * 10), max: 100, axisLabel: { color: c.soft, formatter: "{value}%" } }),
      yAxis: axis(c, { type: "category", data: d.labels, splitLine: { show: false }, axisLabel: { color: c.text } }),
      series: [
        { name: d.words.connect, type: "bar", data: d.connect, color: c.talk, barMaxWidth: 14, markLine: norm(c, "95%", "x"), tooltip: { valueFormatter: (v) => `${v}%` } },
        { name: d.words.within, type: "bar", data: d.within, color: c.message, barMaxWidth: 14, tooltip: { valueFormatter: (v) => `${v}%` } },
      ],
    }),
    compare: (c, d) => around(c, d, {
      legend: { ...around(c, d).legend, orient: "vertical", left: 12 },
      grid: { left: 12, right: 24, top: 64, bottom: 12, containLabel: true },
      xAxis: axis(c, { type: "value", min: 0, max: 100, axisLabel: { color: c.soft, formatter: "{value}%" } }),
      yAxis: axis(c, { type: "category", data: d.labels, inverse: true, splitLine: { show: false }, axisLabel: { color: c.text } }),
      series: [
        { name: d.words.first, type: "bar", data: d.first, color: c.talk, barMaxWidth: 14, tooltip: { valueFormatter: (v) => (v == null ? "—" : `${v}%`) } },
        { name: d.words.second, type: "bar", data: d.second, color: c.ring, barMaxWidth: 14, tooltip: { valueFormatter: (v) => (v == null ? "—" : `${v}%`) } },
      ],
    }),
    hours: (c, d) => around(c, d, {
      legend: { show: false },
      grid: { left: 12, right: 16, top: 8, bottom: 56, containLabel: true },
      tooltip: {
        ...around(c, d).tooltip,
        trigger: "item",
        formatter: ({ value }) => `${d.days[value[1]]} ${String(value[0]).padStart(2, "0")}:00\n${d.words.calls} ${value[2]} · ${d.words.missed} ${value[3]}`,
      },
      xAxis: axis(c, { type: "category", data: [...Array(24).keys()], splitArea: { show: false }, splitLine: { show: false } }),
      yAxis: axis(c, { type: "category", data: d.days, inverse: true, splitLine: { show: false }, axisLabel: { color: c.text } }),
      visualMap: { min: 0, max: Math.max(1, ...d.cells.map((cell) => cell[2])), dimension: 2, calculable: true, orient: "horizontal", left: "center", bottom: 4, itemHeight: 160, itemWidth: 12, textStyle: { color: c.soft }, inRange: { color: [c.raised, c.ring, c.accent] } },
      series: [{ type: "heatmap", data: d.cells, itemStyle: { borderColor: c.surface, borderWidth: 2, borderRadius: 3 }, emphasis: { itemStyle: { borderColor: c.text } } }],
    }),
  };

  function open(kind, data, event) {
    const cell = event.value;
    const links = event.seriesIndex === 1 && data.others ? data.others : data.links;
    const address = kind === "hours" ? `${data.link}&weekday=${cell[1] + 1}&hour=${cell[0]}` : links[event.dataIndex];
    if (address && event.componentType === "series") location.assign(address);
  }

  function draw(element) {
    const kind = element.dataset.chart;
    const data = JSON.parse(document.getElementById(`chart-${kind}`).textContent);
    let chart = drawn.get(element);
    if (!chart) {
      chart = echarts.init(element, null, { renderer: "canvas" });
      chart.on("click", (event) => open(kind, data, event));
      new ResizeObserver(() => chart.resize()).observe(element);
      drawn.set(element, chart);
    }
    chart.setOption(kinds[kind](colours(), data), true);
  }

  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  all();
  dark.addEventListener("change", all);
})();
