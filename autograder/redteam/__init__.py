"""Known ways to cheat or harm an autograder, as submissions that our own engine has to withstand."""
