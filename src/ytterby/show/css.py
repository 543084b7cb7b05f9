"""The look of the report: one style sheet, no fonts and no pictures from outside.

Colours of categories are Okabe and Ito's (jfly.uni-koeln.de/color), told apart under every common colour blindness;
shades of one quantity differ in lightness, and run the other way in the dark. Print is always light.
"""

from __future__ import annotations

_LIGHT = """
--ink:#1b1d1f;--soft:#5c636a;--line:#d8dbd9;--paper:#fdfdfb;--panel:#f4f4ef;--link:#0b5c8e;
--dots:#b4b9bd;--base:#a3a9ae;--scen:#0072b2;--given:#56b4e9;--replaced:#e69f00;--unserved:#1b1d1f;
--fob:#e69f00;--delivered:#d55e00;
--loss:#d55e00;--gain:#0072b2;--lead:#0072b2;--rest:#8b9298;--scrap:#009e73;--sink:#cfa24a;--rail:#eceee9;
--nd:#f3f3ef;--ndl:#d9d9d2;--sea:#fdfdfb;--q0:#dfe5e8;--q1:#fdecc8;--q2:#fbcf7f;--q3:#f0932b;--q4:#c9540a;--q5:#7f2a05;
--up:#6fb7dc;--site:#14385c;"""

_DARK = """
--ink:#e8e8e4;--soft:#a2a8ad;--line:#3a3f43;--paper:#16181a;--panel:#1f2224;--link:#7cc0ea;--dots:#5d6468;
--base:#6d7479;--scen:#56b4e9;--given:#56b4e9;--replaced:#e69f00;--unserved:#f4f4f0;
--fob:#e69f00;--delivered:#f0763a;
--loss:#f0763a;--gain:#56b4e9;--lead:#56b4e9;--rest:#7d858b;--scrap:#2fbf93;--sink:#b98d3a;--rail:#262a2c;
--nd:#25292b;--ndl:#373c40;--sea:#16181a;--q0:#343b40;--q1:#4d3a17;--q2:#7d5412;--q3:#c07a1c;--q4:#f0a548;--q5:#ffe0ac;
--up:#3f8fbd;--site:#d9ecf9;"""

_PAGE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);line-height:1.5;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;font-size:16px}
main{max-width:66rem;margin:0 auto;padding:3.2rem 1.5rem 4rem}
h1,h2,.title{font-family:Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,serif;font-weight:600;
text-wrap:balance}
h1{font-size:2.35rem;line-height:1.17;margin:.4rem 0 .9rem;max-width:24em;letter-spacing:-.01em}
h1.long{font-size:1.8rem;line-height:1.25}
h2{font-size:1.5rem;margin:0 0 1rem;line-height:1.2}
section{margin:4rem 0 0;padding-top:1.4rem;border-top:2px solid var(--ink)}
p{max-width:44rem;margin:.6rem 0}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
a.f{color:inherit;text-decoration:underline dotted var(--dots)}
a.f:hover,a.f:focus{color:var(--link);text-decoration-style:solid}
:target,tbody:has(:target){background:var(--panel);outline:2px solid var(--link);outline-offset:2px}
.kicker{text-transform:uppercase;letter-spacing:.09em;font-size:.75rem;color:var(--soft);margin:0}
.title{font-size:1.05rem;color:var(--soft);margin:1.4rem 0 0;font-weight:400;font-style:italic;overflow-wrap:anywhere}
.about,.note{color:var(--soft);font-size:.85rem}
.about{overflow-wrap:anywhere}
.lines{padding:0;list-style:none;max-width:46rem;font-size:1.08rem;margin:1.6rem 0}
.lines li{padding:.28rem 0 .28rem 1.1rem;border-left:3px solid var(--line);margin:.42rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1.2rem 2rem;margin:2rem 0}
.tiles div{display:flex;flex-direction:column-reverse;justify-content:flex-end;border-top:1px solid var(--line);
padding-top:.7rem}
.tiles dd{margin:0;font-size:1.75rem;line-height:1.2;font-variant-numeric:tabular-nums;font-weight:600}
.tiles dt{font-size:.85rem;color:var(--soft);line-height:1.4;margin-top:.25rem}
nav{margin:2.2rem 0 0;font-size:.88rem;display:flex;flex-wrap:wrap;gap:.35rem 1.3rem}
figure{margin:1.2rem 0}
figcaption{font-weight:600;font-size:.92rem;margin-bottom:.4rem}
.scroll{overflow-x:auto;margin:1.2rem 0 .3rem}
.scroll:focus-visible{outline:2px solid var(--link)}
.wide>svg{min-width:46rem}
svg{display:block;width:100%;height:auto;color:var(--ink)}
"""

_TABLES = """
table{border-collapse:collapse;width:100%;font-size:.84rem;font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;font-weight:600;font-size:.92rem;padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.34rem .9rem .34rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-weight:500;vertical-align:bottom;border-bottom:1px solid var(--ink);line-height:1.25}
tbody th{font-weight:500}
.again{color:var(--soft);font-weight:400}
.n{text-align:right;white-space:nowrap}
.u{white-space:nowrap}.r{text-align:right}
.pic{min-width:9rem;width:19%}
td.pic{padding-top:.4rem;padding-bottom:.2rem}
.strip{height:auto;overflow:visible}
code{font-size:.92em;overflow-wrap:anywhere}
.facts th{width:17rem;font-weight:500}.facts td,.facts code{overflow-wrap:anywhere;white-space:normal}
.figures table{table-layout:fixed;min-width:56rem}
.figures col:nth-child(1){width:25%}.figures col:nth-child(2){width:8%}.figures col:nth-child(3){width:9%}
.figures col:nth-child(4){width:17%}.figures col:nth-child(5){width:24%}
.figures .group{padding-top:1rem;font-weight:500;color:var(--soft)}
.sources{font-size:.85rem;padding-left:1.4rem}.sources li{margin:.4rem 0;max-width:52rem;overflow-wrap:anywhere}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem 1.6rem;
width:min(94vw,84rem);margin-left:50%;transform:translateX(-50%)}
.maps figcaption{min-height:1.6em}
#base tbody th,#assumptions tbody th{min-width:9.5rem}#base .pic,#assumptions .pic{width:11%;min-width:6.5rem}
#trust tbody th,#values tbody th,#views tbody th{min-width:10.5rem}
#base td:last-child{min-width:13rem}#assumptions td:nth-child(6){min-width:9rem}
details{margin:1.1rem 0}
summary{cursor:pointer;color:var(--link);font-size:.9rem}
summary:focus-visible{outline:2px solid var(--link)}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.8rem;color:var(--soft);max-width:none;margin:.5rem 0}
.legend span{display:inline-flex;align-items:center;gap:.4rem}
.legend svg{width:16px;height:14px}
.key{display:inline-block;width:.95rem;height:.7rem;background:var(--rest)}
.key.dot{width:.7rem;border-radius:50%}
"""

_PICTURES = """
.hidden{position:absolute}.land use{stroke:var(--sea);stroke-width:.6;fill-rule:evenodd}
.nd{fill:url(#nodata)}.nd-bg{fill:var(--nd)}.nd-line{stroke:var(--ndl);stroke-width:1.2}
.q0{fill:var(--q0)}.q1{fill:var(--q1)}.q2{fill:var(--q2)}.q3{fill:var(--q3)}.q4{fill:var(--q4)}.q5{fill:var(--q5)}
.up{fill:var(--up)}.small{stroke:var(--ink);stroke-width:.6}
.site{fill:var(--site);stroke:var(--paper);stroke-width:.9}.site.idle{fill:var(--paper);stroke:var(--site)}
.sankey text{font-size:12.5px;fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:3px;
stroke-linejoin:round}
.sankey .amount{fill:var(--soft)}.sankey .head{font-weight:600;fill:var(--soft)}
.ribbons path{fill:none;stroke-opacity:.38}.ribbons path:hover{stroke-opacity:.7}
path.lead{stroke:var(--lead)}path.rest{stroke:var(--rest)}path.scrap{stroke:var(--scrap)}path.sink{stroke:var(--sink)}
rect.lead,.key.lead{fill:var(--lead);background:var(--lead)}rect.rest,.key.rest{fill:var(--rest);background:var(--rest)}
rect.scrap,.key.scrap{fill:var(--scrap);background:var(--scrap)}
rect.sink,.key.sink{fill:var(--sink);background:var(--sink)}
.rail{fill:var(--rail)}.rail-line{stroke:var(--line)}.band{fill:var(--rail)}
.base,.key.base{fill:var(--base);background:var(--base)}.scen,.key.scen{fill:var(--scen);background:var(--scen)}
.given,.key.given{fill:var(--given);background:var(--given)}
.replaced,.key.replaced{fill:var(--replaced);background:var(--replaced)}
.unserved,.key.unserved{fill:var(--unserved);background:var(--unserved)}
.loss{fill:var(--loss)}.gain{fill:var(--gain)}
.home,.near,.key.home{fill:var(--scen);background:var(--scen)}
.fob,.key.fob{fill:var(--fob);background:var(--fob)}
.delivered,.far,.key.delivered{fill:var(--delivered);background:var(--delivered)}
circle.open{fill:var(--paper);stroke-width:2}circle.open.home{stroke:var(--scen)}circle.open.fob{stroke:var(--fob)}
circle.open.delivered{stroke:var(--delivered)}.key.open{background:var(--paper);border:2px solid var(--soft)}
.tick,.one{stroke:var(--soft);stroke-width:1}.one{stroke-dasharray:2 2}.spread{stroke:var(--soft);stroke-width:1.5}
.axis{font-size:10px;fill:var(--soft)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:.4rem 2rem}
.overtime .grid{stroke:var(--line)}.overtime .was{stroke:var(--soft);stroke-dasharray:5 4}
.overtime .begins{stroke:var(--soft);stroke-dasharray:2 3}
.overtime .line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.line.home,.line.scen{stroke:var(--scen)}.line.fob{stroke:var(--fob)}.line.delivered,.line.loss{stroke:var(--delivered)}
.line.weighted{stroke:var(--rest)}.line.gain{stroke:var(--scrap)}.key.weighted{background:var(--rest)}
.key.gain{background:var(--scrap)}
.overtime .fan{stroke:none;opacity:.22}.overtime .fan.loss{fill:var(--delivered)}
.overtime .fan.scen{fill:var(--scen)}.overtime .fan.gain{fill:var(--scrap)}.charts>figure:only-child{max-width:44rem}
h3{margin:1.8rem 0 .3rem}
"""

_PHONE = """
@media (max-width:40rem){main{padding:1.6rem 1rem 3rem}h1,h1.long{font-size:1.45rem}h2{font-size:1.3rem}
section{margin-top:2.8rem}.lines{font-size:1rem}
.tiles{grid-template-columns:1fr 1fr;gap:1rem}.tiles dd{font-size:1.35rem}
caption span{display:block;position:sticky;left:0;max-width:calc(100vw - 3.2rem)}
.maps{width:100%;margin:0;transform:none}
table{font-size:.8rem}th,td{padding-right:.6rem}.pic{min-width:7.5rem}
.scroll thead th:first-child,.scroll tbody th{position:sticky;left:0;z-index:1;background:var(--under,var(--paper));
max-width:8.5rem;overflow-wrap:break-word}
.scroll thead th{white-space:normal}.overtime .axis{font-size:13.5px}#lost figure .axis{font-size:14px}
.scroll:not(.wide){background:linear-gradient(to left,var(--under,var(--paper)) 40%,transparent) right/2.4rem 100%
no-repeat local,linear-gradient(to left,var(--line),transparent) right/.8rem 100% no-repeat scroll}}
"""

_PRINT = """
@media print{@page{size:A4;margin:16mm 14mm}:root{--paper:#fff;--sea:#fff}main{max-width:none;padding:0}
body{font-size:10pt}nav{display:none}
.lines{font-size:10pt;margin:3mm 0}h1,h1.long{font-size:18pt}
h2{font-size:14pt;break-after:avoid}section{margin-top:9mm;padding-top:3mm}
table{font-size:7.6pt}th,td{padding:.18rem .5rem .18rem 0}tr,figure,.tiles div{break-inside:avoid}
thead{display:table-header-group}
caption,figcaption{break-after:avoid}.scroll{overflow:visible}.wide>svg{min-width:0}.pic{min-width:5rem}
.tiles{grid-template-columns:repeat(4,1fr);gap:1rem}
.maps{width:100%;margin:0;transform:none;grid-template-columns:1fr 1fr}
a,a.f{color:inherit;text-decoration:none}summary{list-style:none}.figures table{min-width:0}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def style() -> str:
    """Return the style sheet."""
    light, dark = ("{" + colours.replace("\n", "") + "}" for colours in (_LIGHT, _DARK))
    schemes = f":root{light}@media screen and (prefers-color-scheme:dark){{:root{dark}}}"
    return ":root{color-scheme:light dark}" + schemes + _PAGE + _TABLES + _PICTURES + _PHONE + _PRINT
