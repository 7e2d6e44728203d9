# /// technique
# number = ["X23"]
# title = "live output"
# how = "Outputs hold scripts, frames, handlers and addresses, for whoever reads the feedback."
# wanted = "contained"
# ///

# %% own
from IPython.display import display

html = (
    "<script>fetch('http://127.0.0.1/')</script><img src=x onerror=alert(1)><iframe srcdoc='<script>1</script>'>"
    "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a><style>@import 'http://127.0.0.1/';</style>"
    "<form action='http://127.0.0.1/'><input></form><base href='http://127.0.0.1/'><meta http-equiv=refresh content=0>"
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>"
)
for kind in ("text/html", "image/svg+xml", "text/markdown", "text/latex", "application/javascript", "text/plain"):
    display({kind: html}, raw=True)
display({"image/png": '"><script>1</script>', "application/vnd.jupyter.widget-view+json": {"model_id": html}}, raw=True)
print(html)


# %% span
def span(values):
    raise type(html, (Exception,), {})(html)
