// Charts; loaded only on pages that have some. The data stands in a JSON block beside the plot.
import * as echarts from "echarts/core";
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, PieChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);
const colors = ["#2f6fed", "#17a673", "#f59f00", "#d6336c", "#7048e8", "#0ca6bf", "#868e96"];
const drawn = [];
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
function option(given) {
  const ink = style("--tblr-secondary") || "#5a6478";
  const line = style("--tblr-border-color") || "#e6e8ec";
  const base = {
    color: colors, aria: { enabled: true }, animationDuration: 250,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { trigger: given.pie ? "item" : "axis", renderMode: "richText" },
    grid: { left: 8, right: 8, top: given.series?.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
  };
  const legend = { textStyle: { color: ink }, icon: "circle", itemWidth: 8 };
  if (given.pie) {
    return {
      ...base, legend: { ...legend, orient: "vertical", right: 0, top: "middle" },
      series: [{ type: "pie", radius: ["58%", "82%"], center: ["32%", "50%"], label: { show: false }, itemStyle: { borderColor: style("--tblr-bg-surface"), borderWidth: 2 }, data: given.pie }],
    };
  }
  const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } } };
  const names = { type: "category", data: given.x, ...axis, splitLine: { show: false } };
  const numbers = { type: "value", ...axis, axisLine: { show: false } };
  return {
    ...base, legend: given.series.length > 1 ? { ...legend, top: 0, left: 0 } : undefined,
    xAxis: given.sideways ? numbers : names, yAxis: given.sideways ? { ...names, inverse: true } : numbers,
    series: given.series.map((s) => ({ type: s.type || "bar", name: s.name, data: s.data, barMaxWidth: 18, smooth: true, symbol: "none", stack: s.stack, itemStyle: { borderRadius: s.stack ? 0 : 3 }, lineStyle: { width: 2.5 } })),
  };
}
for (const host of document.querySelectorAll("[data-chart]")) {
  const given = JSON.parse(host.querySelector('script[type="application/json"]').textContent);
  const box = host.querySelector("[data-plot]");
  const chart = echarts.init(box, null, { renderer: "svg" });
  chart.setOption(option(given));
  new ResizeObserver(() => chart.resize()).observe(box);
  chart.on("click", (e) => {
    if (given.drill) location.href = given.drill.replace("__x__", encodeURIComponent(given.keys?.[e.dataIndex] ?? e.name));
  });
  drawn.push([chart, given]);
}
document.addEventListener("theme", () => drawn.forEach(([chart, given]) => chart.setOption(option(given))));
