# /// technique
# number = ["53"]
# title = "score oracle"
# how = "Hidden values are recovered bit by bit from the scores of many attempts."
# wanted = "flagged"
# not_a_submission = """
# hidden inputs are drawn anew for every attempt (the seed depends on what is handed in), so that a score says
# nothing of the next inputs; limiting attempts is the exchange's business
# """
# ///
