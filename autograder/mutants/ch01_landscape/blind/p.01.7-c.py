# %% right
# Intent: groups by farthest-first traversal (each new centre is the customer farthest from the old ones), then Lloyd's
# steps by recursion; known groups by the single nearest old customer, so that a group may lie in several places.
import torch

P_01_7_UNKNOWN: str = "clustering"
P_01_7_KNOWN: str = "classification"


def _apart(A, B):
    return torch.cdist(A, B, compute_mode="donot_use_mm_for_euclid_dist")


def _spread_out(rows, centres, k):
    if len(centres) == k:
        return centres
    lonely = _apart(rows, centres).amin(dim=1).argmax()
    return _spread_out(rows, torch.cat([centres, rows[lonely][None]]), k)


def _settle(rows, centres, steps=100):
    owner = _apart(rows, centres).argmin(dim=1)
    if steps == 0:
        return owner
    member = torch.nn.functional.one_hot(owner, len(centres)).to(rows.dtype)
    size = member.sum(dim=0)[:, None]
    moved = torch.where(size > 0, torch.einsum("nk,nd->kd", member, rows) / size.clamp(min=1), centres)
    return owner if torch.equal(moved, centres) else _settle(rows, moved, steps - 1)


def find_groups(X: Array, k: int) -> Array:
    rows = torch.as_tensor(np.asarray(X, dtype=float))
    return _settle(rows, _spread_out(rows, rows[:1], int(k))).numpy()


def assign_groups(X: Array, names: Sequence[str], new: Array) -> list[str]:
    old, fresh = (torch.as_tensor(np.asarray(a, dtype=float)) for a in (X, new))
    return [names[i] for i in _apart(fresh, old).argmin(dim=1).tolist()]


# %% wrong: assign_groups
# Misconception: Thinks that a group is described by its average customer, so a new one belongs to the nearest centre;
# that fails where a group consists of several kinds.
def assign_groups(X: Array, names: Sequence[str], new: Array) -> list[str]:
    names = np.asarray(names)
    kinds = np.unique(names)
    centres = np.stack([np.asarray(X)[names == kind].mean(axis=0) for kind in kinds])
    gap = np.asarray(new)[:, None] - centres[None]
    return kinds[np.einsum("mkj,mkj->mk", gap, gap).argmin(axis=1)].tolist()


# %% wrong: P_01_7_UNKNOWN
# Misconception: Thinks that whoever puts things into groups classifies, whether or not the groups are known.
P_01_7_UNKNOWN: str = "classification"
