/** What the page looks like. */

export const style = `
:root{color-scheme:light dark;--paper:#fff;--card:#f5f7fa;--edge:#d5dbe3;--text:#1c2128;--faint:#59636e;--link:#0550ae;
--mark:#dbeafe;--mark-edge:#0969da;--y:#116329;--y-paper:#dafbe1;--m:#0550ae;--m-paper:#ddf4ff;--n:#59636e;--n-paper:#e9edf1;
--value:#6639ba;--value-paper:#f3ebff;--warn:#7d4e00;--warn-paper:#fff4d1;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--card:#161b22;--edge:#30363d;--text:#e6edf3;--faint:#9aa4af;--link:#79c0ff;
--mark:#132f52;--mark-edge:#58a6ff;--y:#7ee787;--y-paper:#12361f;--m:#79c0ff;--m-paper:#0c2d4f;--n:#9aa4af;--n-paper:#21262d;
--value:#d2a8ff;--value-paper:#2d1f47;--warn:#f2cc60;--warn-paper:#352a0a;--bad:#ff8a80}}
*{box-sizing:border-box}
html,body{height:100%}
body{margin:0;display:flex;flex-direction:column;height:100dvh;background:var(--paper);color:var(--text);font:15px/1.5 system-ui,sans-serif}
header,main,footer{width:100%;max-width:68rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.35rem .6rem;padding-top:.6rem;padding-bottom:.5rem}
h1{flex:1 1 16rem;margin:0;font-size:1rem;line-height:1.3;font-weight:650;overflow-wrap:anywhere}
h2{margin:0;font-size:1.15rem;line-height:1.3;font-weight:650;overflow-wrap:anywhere}
[hidden]{display:none!important}
.unseen{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.chip{padding:.05rem .55rem;border-radius:1rem;font-size:.82rem;background:var(--n-paper);color:var(--n);white-space:nowrap}
.chip.some{background:var(--warn-paper);color:var(--warn)}
#commands{flex:1 1 100%;display:flex;flex-wrap:wrap;gap:.3rem}
button{padding:.22rem .6rem;font:inherit;font-size:.87rem;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:6px;cursor:pointer}
button:hover:not(:disabled){border-color:var(--mark-edge)}
button:disabled{opacity:.45;cursor:default}
kbd{margin-right:.4em;color:var(--link)}
kbd,.marker,.side,.name,.lines,.opens,dt,input,#dialog-lines{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87rem}
main{flex:1 1 0;min-height:0;display:flex;flex-direction:column}
#path{color:var(--faint);font-size:.87rem;overflow-wrap:anywhere}
#path span+span::before{content:" › "}
section{flex:1 1 0;min-height:0;display:flex;flex-direction:column;gap:.4rem}
.list,.lines{flex:1 1 0;min-height:0;overflow:auto;overscroll-behavior:contain;border:1px solid var(--edge);border-radius:8px;background:var(--card)}
:focus{outline:none}
:focus-visible{outline:2px solid var(--mark-edge);outline-offset:1px}
.list,.lines{scrollbar-width:thin;scrollbar-color:var(--faint) transparent}
.list:focus-visible,.lines:focus-visible{outline:none;border-color:var(--mark-edge)}
.row{padding:.2rem .7rem .2rem calc(.7rem + var(--depth,0)*1.35rem);border-left:3px solid transparent;cursor:default;content-visibility:auto;contain-intrinsic-size:auto 1.9rem}
.row:hover{background:var(--n-paper)}
.row[aria-selected=true]{background:var(--mark);border-left-color:var(--mark-edge)}
.cells{display:flex;align-items:baseline;gap:.6rem;min-height:1.5rem}
.marker{flex:none;max-width:45%;padding:0 .3em;border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere}
.y{color:var(--y);background:var(--y-paper)}
.m{color:var(--m);background:var(--m-paper)}
.n{color:var(--n);background:var(--n-paper)}
.value{color:var(--value);background:var(--value-paper)}
.fixed{background:none}
.words{flex:1 1 auto;min-width:0;overflow-wrap:anywhere}
.acts{cursor:pointer}
.acts:hover{text-decoration:underline}
.marker.acts:hover{text-decoration:none;box-shadow:0 0 0 1px currentColor}
.opens,.chosen,.place{color:var(--link)}
.opens{white-space:nowrap}
.is-menu .prompt{font-weight:600}
u{text-decoration:underline;text-decoration-color:var(--mark-edge);text-underline-offset:.18em}
.is-comment{color:var(--faint);font-style:italic}
.side{flex:0 1 auto;max-width:40%;color:var(--faint);text-align:right;overflow-wrap:anywhere}
.faint{color:var(--faint)}
.is-hidden .prompt{color:var(--faint);font-style:italic}
.tag{padding:0 .4em;border-radius:4px;font-size:.75rem;white-space:nowrap;background:var(--n-paper);color:var(--n)}
.new{background:var(--m-paper);color:var(--m)}
.changed,.unmet{background:var(--warn-paper);color:var(--warn)}
.met{background:var(--y-paper);color:var(--y)}
.more{display:block;width:100%;border:0;border-radius:0;color:var(--link)}
.row:has(.typing) .marker{display:none}
.typing{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem .7rem;padding:.25rem 0 .3rem}
input{min-width:0;width:100%;padding:.35rem .6rem;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:6px}
input:focus{border-color:var(--mark-edge);outline:1px solid var(--mark-edge);outline-offset:0}
input[aria-invalid=true]{border-color:var(--bad);outline-color:var(--bad)}
.typing input{flex:0 1 26rem}
.typing small{color:var(--faint)}
.error,.typing .error{margin:0;color:var(--bad);font-size:.87rem}
.line{display:flex;align-items:center;gap:.5rem;color:var(--link)}
.line input{color:var(--text)}
#scopes,#buttons,#answers,.answers{display:flex;flex-wrap:wrap;gap:.3rem}
.scope[aria-pressed=true],button[aria-current]{color:#fff;background:var(--mark-edge);border-color:var(--mark-edge)}
@media (prefers-color-scheme:dark){.scope[aria-pressed=true],button[aria-current]{color:#0d1117}}
#count{margin-left:auto;color:var(--faint);font-size:.87rem}
#found{flex:1 1 0;min-height:0;display:grid;grid-template:minmax(0,1fr)/minmax(0,1fr) minmax(0,1fr);gap:.6rem}
.lines{margin:0;padding:.7rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.55}
#dialog-lines{white-space:pre-wrap;overflow-wrap:anywhere}
.change{flex:none}
footer{padding-top:.5rem;padding-bottom:.6rem;display:flex;flex-wrap:wrap-reverse;align-items:center;gap:.4rem .8rem}
#message{flex:1 1 16rem;margin:0;min-height:1.5rem;overflow-wrap:anywhere}
#message.warning{color:var(--warn)}
#message.warning:not(:empty){padding:.1rem .6rem;background:var(--warn-paper);border-radius:6px}
#buttons button,#answers button,.answers button{padding:.3rem .9rem;font-size:.93rem}
dialog{width:min(38rem,calc(100vw - 1.5rem));max-height:calc(100dvh - 1.5rem);padding:1.1rem 1.25rem;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:10px;box-shadow:0 12px 40px #0006}
dialog[open]{display:flex;flex-direction:column;gap:.7rem}
dialog>*{flex:none}
dialog p{margin:0}
dialog:focus-visible,h2:focus-visible{outline:none}
dialog::backdrop{background:#0007}
dl{display:grid;grid-template-columns:fit-content(13rem) 1fr;gap:.15rem 1rem;margin:0}
dd{margin:0}
dt{color:var(--link)}
@media (max-width:44rem){
header,main,footer{padding-left:.5rem;padding-right:.5rem}
h1{flex-basis:10rem;font-size:.93rem;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.row{padding-left:calc(.45rem + var(--depth,0)*.8rem);padding-right:.4rem}
.cells{flex-wrap:wrap;gap:0 .45rem}
.words{flex:1 1 60%}
.side{flex:none;font-size:.75rem}
#rows .side{flex:1 1 100%;max-width:none;text-align:left;line-height:1.2;padding-bottom:.15rem}
#commands{flex-wrap:nowrap}
#commands button{flex:1 1 0;min-width:0;padding:.2rem 0;text-align:center}
#commands kbd{margin:0}
#commands span{display:none}
.scope{flex:1 1 auto;padding:.22rem .3rem}
#found{grid-template:minmax(0,3fr) minmax(0,2fr)/minmax(0,1fr);gap:.4rem}
#buttons{flex:1 1 100%}
#buttons button{flex:1 1 auto;padding:.3rem .4rem}
#message{flex-basis:100%;min-height:0}
#message:empty{display:none}
dl{grid-template-columns:1fr}
dd{margin-bottom:.3rem}
}
@media (max-height:30rem){#commands{display:none}}
@media print{header>div,footer{display:none}body{height:auto}.list,.lines{overflow:visible}}
`;
