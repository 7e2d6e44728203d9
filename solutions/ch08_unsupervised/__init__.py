"""Chapter 8, unsupervised learning: the answers.

Where this departs from the curriculum, and what was verified on the real faces:

- p.08.4: the five accuracies of the chapter (75.8, 83.4, 86.9, 88.4 and 90.9%) come out exactly, with scikit-learn's
  default of one run of k-means; with ten runs the middle three are 83.9, 85.9 and 85.9%, so that spreading to half of
  a cluster is no better than to all of it.
- p.08.5: scikit-learn's documentation counts DBSCAN, HDBSCAN and OPTICS among the algorithms for large data, so they
  are accepted in that list, too; no name may be in both.
- p.08.10: the elbow has no single right k, so what is asked for is the silhouette; the list of numbers to try is an
  answer of its own.
- p.08.11: the classifier is handed to `search_k`, so that every accuracy can be recomputed. That distances alone do
  worse than pixels, and that appending them gains nothing, holds for every classifier that was tried.
- p.08.12: 40 full covariances in 200 dimensions are learned from 7 faces each. With scikit-learn's default
  regularisation the log density of a *normal* face that was held back is about -6,000,000; a larger `reg_covar` mends
  that. A PCA that whitens is ruled out, even where the way back makes up for it: darkened faces pass for normal then.
- p.08.13: that the error of an altered face is larger by an order of magnitude holds beside the faces which the PCA was
  fitted to. Beside normal faces it has not seen, a face upside down has 4 times their error, and a darkened face
  *half* of it. So the threshold comes from faces held back, and dark faces are left to the mixture of p.08.12.
"""
