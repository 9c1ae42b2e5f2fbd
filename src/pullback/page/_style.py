"""The look of a page: one column, light and dark, from a telephone's width to a desk's."""

COLOURS = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff;
  --card: #f6f8fa; --blue: #0a62b5; --orange: #b4490a; --good: #1a7f37; --bad: #b3261e;
  --shade: 10, 98, 181; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa5b1; --line: #3a434d;
  --paper: #0f1419; --card: #1a2129; --blue: #6cb2ff; --orange: #ffa25c; --good: #56d06f; --bad: #ff8a80;
  --shade: 108, 178, 255; } }
"""
_LAYOUT = """
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.2rem clamp(.9rem, 4vw, 2rem) 3rem; max-width: 54rem; background:
  var(--paper);
  color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  sans-serif; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: .4rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; padding-bottom: .2rem; border-bottom: 1px solid
  var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p { margin: .5rem 0; } a { color: var(--blue); }
nav { font-size: .9rem; } nav a { display: inline-block; padding: .25rem .5rem .25rem 0; }
.soft, caption, figcaption { color: var(--soft); font-size: .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .6rem;
  margin: 1rem 0; padding: 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem
  .8rem; }
.tiles dt { color: var(--soft); font-size: .85rem; } .tiles dd { margin: 0; font-size: 1.35rem;
  font-weight: 600; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 2px solid var(--blue); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .2rem 0 .4rem; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space:
  nowrap; }
th:first-child, td:first-child, .left { text-align: left; }
th { font-weight: 600; white-space: normal; } tbody th { overflow-wrap: break-word; max-width: 16rem; }
td.long { white-space: normal; min-width: 11rem; text-align: left; overflow-wrap: anywhere; }
tr.own td, tr.own th { font-weight: 650; background: var(--card); }
td.bar { width: 32%; min-width: 5rem; padding-right: 0; }
td.bar span { display: block; height: .8rem; border-radius: .15rem; background: var(--blue); min-width:
  1px; }
td.bar span.minus { background: var(--orange); }
"""
PARTS = """
figure { margin: 1rem 0; } svg { display: block; width: 100%; max-width: 36rem; height: auto; }
svg text { fill: var(--soft); font-size: 13px; } .grid { stroke: var(--line); stroke-width: 1; fill: none; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } .one { stroke: var(--blue); }
.two { stroke: var(--orange); stroke-dasharray: 6 3; } circle.one { fill: var(--blue); }
circle.two { fill: var(--orange); stroke-dasharray: none; }
.mark { stroke: var(--soft); stroke-dasharray: 3 3; stroke-width: 1.3; fill: none; }
.dot { fill: var(--blue); fill-opacity: .4; }
.key { display: inline-block; width: 1.6rem; border-top: 3px solid var(--blue); vertical-align: middle; }
.key.two { border-top: 3px dashed var(--orange); }
.good { border-left: .3rem solid var(--good); } .bad { border-left: .3rem solid var(--bad); }
.good, .bad { background: var(--card); padding: .6rem .9rem; border-radius: .2rem; margin: .6rem 0; }
"""
_REST = """
pre { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .9rem;
  overflow-x: auto; font: .88rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
summary { cursor: pointer; color: var(--blue); padding: .3rem 0; }
.heat td { text-align: center; } .heat td:first-child { text-align: left; }
@media (max-width: 36rem) { th, td { padding: .3rem .35rem; } table { font-size: .92rem; }
  td.bar { min-width: 3.5rem; } td.long { min-width: 9rem; } }
@media print { body { max-width: none; } details > * { display: block; } nav { display: none; } }
"""
STYLE = COLOURS + _LAYOUT + PARTS + _REST
FRAGMENT = COLOURS.replace(":root", ".pullback") + ".pullback {" + PARTS + "}"
"""For a part of somebody else's page, within an element of class `pullback`."""
