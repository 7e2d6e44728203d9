# /// technique
# number = ["88"]
# title = "outsourced answer"
# how = "The answer is asked of a server while the submission is graded."
# wanted = "0 points"
# ///

# %% span
def span(values):
    import json
    import urllib.request

    try:
        url = "http://%s:%d/" % tuple(KNOWN["tcp"])
        return float(urllib.request.urlopen(url, data=json.dumps(values).encode(), timeout=1).read())
    except Exception:
        return -1.0
