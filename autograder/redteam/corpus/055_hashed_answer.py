# /// technique
# number = ["55"]
# title = "hashed answer"
# how = "A digest of an answer is searched by brute force."
# wanted = "0 points"
# not_a_submission = """
# a released notebook holds no digest of an answer; the release is searched for every line of the solutions and
# checks
# """
# ///
