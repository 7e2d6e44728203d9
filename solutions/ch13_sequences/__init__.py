"""Chapter 13, recurrent and convolutional networks for sequences: the answers.

Exercise 9: where this departs from the curriculum, it asks for more. The real table holds 62 days twice (two months of
2011 and 2014, measured), so making one row per day of it is part of the answer; so is training with early stopping, and
turning the 28 outputs into rides. A window, its 14 days ahead and all that is learned from it stay within one period.

Exercises 10 and 11, where they depart from the curriculum: training is a function of its own, with a size and a
number of steps, so that the same answer can be graded in seconds and run at full size. `make_windows` gives the notes
as numbers of categories, 47 of them, so that no note can be generated that is in no chorale. The drawings of
QuickDraw come with the course's data sets; reading the published format, one JSON text per line, is a function beside
that. Progress along a stroke goes by its points, not by its length in pixels; where a stroke is a single point, 0 and
1 are both accepted.

Exercise 12 is graded on the recordings of the data set, where the book asks for one's own.
"""
