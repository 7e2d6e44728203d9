"""What a notebook does when it is run: magics, imports that fail, settings, ends of the process."""

from __future__ import annotations

from tests.cases.answers import AUGMENT, TITANIC
from tests.cases.released import Make, Notebook, Released, Variants, at, code, edit, is_demo, text_of

_MOVES = "    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]\n"


def before_imports(text: str) -> Make:
    """Lines above the released imports, in their cell."""
    return lambda released: edit(released.base(), released.imports, lambda imports: f"{text}\n{imports}")


def own(text: str, where: int = 1) -> Make:
    """A cell of the student's own: 1 above the imports, 2 below them, -1 at the end."""

    def make(released: Released) -> Notebook:
        made = released.base()
        made["cells"].insert(where if where >= 0 else len(made["cells"]), code(text))
        return made

    return make


def answer(old: str, new: str, name: str = AUGMENT) -> Make:
    """Another text within an answer; `old` must be there."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return lambda released: edit(released.base(), name, change)


def above(text: str) -> Make:
    """Lines above an answer, in its cell."""
    return lambda released: edit(released.base(), AUGMENT, lambda own: text + own)


def written_to_a_file(released: Released) -> Notebook:
    shift = released.answers["p-03-2-shift_image"]
    head = f"%%writefile my_answer.py\nimport numpy as np, math\n{shift}\n"
    made = edit(released.base(), AUGMENT, lambda text: head + text)
    made["cells"].insert(at(made, AUGMENT) + 1, code("from my_answer import augment"))
    return made


def imports_trimmed(released: Released) -> Notebook:
    return edit(released.base(), released.imports, lambda _: "import numpy as np\nimport matplotlib.pyplot as plt")


def text_in_the_imports(released: Released) -> Notebook:
    return edit(released.base(), released.imports, lambda text: f"{text}\nas df")


def looks_pasted_with_other_data(released: Released) -> Notebook:
    made = released.base()
    looks = [one for one in made["cells"] if is_demo(one) and "load(" in text_of(one)]
    made["cells"] += [code(text_of(one)) for one in looks]
    return made


_CLASSES = """\
from __future__ import annotations
import pickle, typing
from dataclasses import dataclass, field


@dataclass
class Chosen:
    names: list[str] = field(default_factory=list)
    kind: typing.ClassVar[str] = "svc"


class Picked(BaseEstimator, TransformerMixin):
    def __init__(self, chosen=None):
        self.chosen = chosen

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X[self.chosen.names]


if __name__ == "__main__":
    CHOSEN = Chosen(["Age", "Fare", "SibSp", "Parch", "Sex", "Pclass", "Embarked"])
assert typing.get_type_hints(Chosen)["names"] == list[str]


"""
_FIT = 'make_pipeline(columns, SVC()).fit(train, train["Survived"])'


def classes_that_are_pickled(released: Released) -> Notebook:
    fitted = 'make_pipeline(Picked(CHOSEN), columns, SVC()).fit(train, train["Survived"])'
    return edit(
        released.base(), TITANIC, lambda text: _CLASSES + text.replace(_FIT, f"pickle.loads(pickle.dumps({fitted}))")
    )


_POOL = """\
from concurrent.futures import ProcessPoolExecutor


def _moved(job):
    X, a, b = job
    return [shift_image(row, a, b) for row in X]


def augment(X, y):
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    with ProcessPoolExecutor() as pool:
        parts = list(pool.map(_moved, [(X, a, b) for a, b in moves]))
    return np.vstack(parts).astype(X.dtype), np.concatenate([y] * 5)
"""
_SPAWNED = 'ProcessPoolExecutor(2, mp_context=__import__("multiprocessing").get_context("spawn"))'
_JOBLIB = """\
from joblib import Parallel, delayed


def augment(X, y):
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    moved = Parallel(n_jobs=-1)(delayed(shift_image)(row, a, b) for a, b in moves for row in X)
    return np.array(moved, dtype=X.dtype), np.concatenate([y] * 5)
"""


def _whole(text: str) -> Make:
    return lambda released: edit(released.base(), AUGMENT, lambda _: text)


VARIANTS: Variants = {
    # --- above the imports, in their cell
    "drive_of_colab_above_the_imports": before_imports("from google.colab import drive\ndrive.mount('/content/drive')"),
    "seaborn_above_the_imports": before_imports("import seaborn as sns"),
    "pip_above_the_imports": before_imports("!pip install -q seaborn\n%pip install -q xgboost"),
    "inline_above_the_imports": before_imports("%matplotlib inline"),
    "autoreload_and_retina_above_the_imports": before_imports(
        "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\n%config InlineBackend.figure_format = 'retina'"
    ),
    "matplotlib_notebook_above_the_imports": before_imports("%matplotlib notebook"),
    "tqdm_above_the_imports": before_imports("from tqdm.notebook import tqdm\nfrom tqdm.auto import trange"),
    "imports_trimmed": imports_trimmed,
    "text_in_the_imports": text_in_the_imports,
    # --- own cells
    "input_in_an_own_cell": own("name = input('Your name? ')\nprint('hello', name)"),
    "exit_in_the_last_cell": own("exit()", -1),
    "exit_under_the_main_guard": own("if __name__ == '__main__':\n    exit()", -1),
    "sys_exit_in_the_last_cell": own("import sys\nsys.exit('done')", -1),
    "restart_of_colab": own("!pip install -q -U scikit-learn\nimport os\nos.kill(os.getpid(), 9)", 1),
    "warnings_are_errors": own("import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')", 2),
    "output_of_sklearn_in_pandas": own("import sklearn\nsklearn.set_config(transform_output='pandas')", 2),
    "options_of_pandas": own(
        "pd.set_option('future.infer_string', True)\npd.set_option('display.max_columns', None)", 2
    ),
    "star_imports": own("from numpy import *\nfrom pylab import *\nfrom sklearn.metrics import *", -1),
    "loop_hides_a_module": own("for np in range(3):\n    pass", -1),
    "await_at_top_level": own(
        "import asyncio\nawait asyncio.sleep(0.01)\nasync def a():\n    return 1\nprint(await a())", 2
    ),
    "logging_and_plots": own(
        "import logging, warnings\nlogging.basicConfig(level=logging.DEBUG, force=True)\nwarnings.warn('careful')\n"
        "plt.ion(); plt.plot([1, 2]); plt.show(block=True)",
        2,
    ),
    "memmap": own(
        "import joblib\nnp.save('big.npy', np.zeros((1000, 784)))\nm = np.load('big.npy', mmap_mode='r')\n"
        "joblib.dump(m, 'm.joblib'); del m",
        2,
    ),
    "debugger_on": own("import pdb\n%pdb on\nx = 1 / 0", 2),
    "own_files_that_are_not_here": own("titanic = pd.read_csv('titanic/train.csv')\nimages = np.load('mnist.npz')", 2),
    "modules_that_are_not_here": own("import seaborn as sns\nsns.set_theme()\nimport xgboost, lightgbm", 2),
    "default_device_is_a_gpu": own("import torch\ntorch.set_default_device('cuda')", 2),
    # --- within an answer
    "input_below_an_answer": answer(
        "[y] * 5)\n", "[y] * 5)\n\nn = int(input('how many? '))\nprint(augment(np.zeros((n, 9)), np.zeros(n)))\n"
    ),
    "capture_above_an_answer": above("%%capture out\n"),
    "time_below_a_comment": above("# my answer\n%%time\n"),
    "answer_is_skipped": above("%%script false --no-raise-error\n"),
    "answer_is_written_to_a_file": written_to_a_file,
    "classes_that_are_pickled": classes_that_are_pickled,
    "joblib_on_all_cores": answer(
        _FIT,
        "GridSearchCV(make_pipeline(columns, SVC()), {'svc__C': [0.3, 1, 3]}, n_jobs=-1).fit"
        '(train, train["Survived"])',
        TITANIC,
    ),
    "pool_of_processes": _whole(_POOL),
    "pool_of_spawned_processes": _whole(_POOL.replace("ProcessPoolExecutor()", _SPAWNED)),
    "joblib_over_rows": _whole(_JOBLIB),
    "breakpoint_left_in": answer("    moves =", "    breakpoint()\n    moves ="),
    "tabs_and_spaces": answer("    moves", "\tmoves"),
    "names_in_unicode": above("# Zoë's answer: σ, 数字, 🎓\nbewegungen_für_größe = 5\n"),
}
