"""Support vector machines, a chapter of the second edition: the answers.

Where this departs from the printed answers:

- tf2.05.7: both printed keys are wrong in the rows that bound the violations of the margin: beside the block of the
  hard margin stands plus the identity, where it must be minus. Row i has to say -t_i (w x_i + b) - zeta_i <= -1, so
  that a violation zeta_i *eases* the row. With the plus, zeta_i can only be 0: the hard margin comes back, C has no
  effect, and classes that overlap leave no solution at all. Solving the problem by least distances, by SLSQP and with
  ``SVC(kernel="linear")`` gives the same w for the minus sign; with the plus, on 40 random sets where a violation is
  worth its price, it was another w on 21 and there was no solution on 19 (see the chapter's headline figures). An
  answer is graded by solving the problem that it states: rows may stand in any order and on any scale.
- tf2.05.2: a row beyond the street, on the wrong side, is a support vector as well (its alpha is C); the printed answer
  names those on the street only.
- tf2.05.4: ``SVC(probability=True)`` is deprecated in scikit-learn 1.9; the logistic fit is done by hand instead.
- tf2.05.9: pixels are brought to 0..1 rather than standardised, which would blow up those at the rim that are nearly
  always 0; gamma and C are searched on at most 1,000 rows.
- tf2.05.10: the columns are made from the course's copy of the districts, without those whose bedrooms are unknown.

The other printed answers hold.
"""
