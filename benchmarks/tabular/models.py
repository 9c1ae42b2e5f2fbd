"""The contestants: ours by preset, and what people take else, each with its own defaults."""

from catboost import CatBoostClassifier, CatBoostRegressor
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from pullback import tabular

CORES = 2
OTHERS = ("HistGradientBoosting", "LightGBM", "CatBoost", "scikit-learn MLP, scaled")


def ours(preset, labels, seed, **options):
    model = tabular.MLPClassifier if labels else tabular.MLPRegressor
    return model(preset, random_state=seed, **options)


def other(name, labels, seed, categories=()):
    """A contestant that is not ours; `categories` names the columns of dtype category."""
    if name == "HistGradientBoosting":
        model = HistGradientBoostingClassifier if labels else HistGradientBoostingRegressor
        return model(categorical_features="from_dtype", random_state=seed)
    if name == "LightGBM":
        model = LGBMClassifier if labels else LGBMRegressor
        return model(random_state=seed, n_jobs=CORES, verbose=-1)
    if name == "CatBoost":
        model = CatBoostClassifier if labels else CatBoostRegressor
        return model(
            random_seed=seed, thread_count=CORES, verbose=False, allow_writing_files=False,
            cat_features=list(categories),
        )  # fmt: skip
    scaled = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
        remainder=StandardScaler(),
    )
    model = MLPClassifier if labels else MLPRegressor
    return make_pipeline(scaled if categories else StandardScaler(), model(random_state=seed))
