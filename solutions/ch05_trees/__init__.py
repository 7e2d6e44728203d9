"""Chapter 5, decision trees: the answers.

Where this departs from the curriculum:

- It tells the depth on a million rows from trees on random labels, "a bit more than 20". Measured, such trees are far
  from balanced: 251 levels with three features, 477 with one; on a million noisy moons, 92. So 20 is what is asked of
  a *balanced* tree, and the question has a second part, which measures the depth of real ones.
- It expects a vote to gain 0.5 to 1.5 points over the tuned tree. That is chance for the greater part: on 2,000 test
  rows it was between -0.1 and 0.9 points for three seeds, and on 50,000 fresh rows 0.4 on average over eight. What is
  graded is the gain over the single small trees: 5 points or more in each of 132 runs.
- Rows are drawn without replacement, as the text says; drawing with replacement loses the one check for that.
"""
