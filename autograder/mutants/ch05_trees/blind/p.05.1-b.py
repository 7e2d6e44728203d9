# %% right
# Intent: the depth of a balanced tree is the number of bits needed to tell the rows apart; a real tree is a graph,
# so SciPy's shortest paths from the root give the depth of every node.
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra


def balanced_depth(n_rows):
    return int(n_rows - 1).bit_length()


P_05_1_DEPTH = 20


def depth_of(left, right):
    children = np.stack([left, right], axis=1)
    parent, side = np.nonzero(children >= 0)
    m = len(children)
    graph = coo_array((np.ones(len(parent)), (parent, children[parent, side])), shape=(m, m)).tocsr()
    return int(dijkstra(graph, indices=0, unweighted=True).max())


# %% wrong: depth_of
# Misconception: Thinks that the nodes are numbered level by level, so that the last node must be one of the deepest,
# and only climbs from there up to the root.
def depth_of(left, right):
    children = np.stack([left, right], axis=1)
    node, depth = len(children) - 1, 0
    while node > 0:
        node = np.nonzero((children == node).any(axis=1))[0][0]
        depth += 1
    return depth


# %% wrong: depth_of
# Misconception: Believes that the depth of any tree follows from the number of its leaves, as if training halved the
# rows at every split.
def depth_of(left, right):
    return int(np.ceil(np.log2(np.sum(np.asarray(left) < 0))))
