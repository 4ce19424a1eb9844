"""`lifelong-vae export`: a SavedModel from a run."""

from pathlib import Path
from typing import Any

from keras_lifelong_vae.printable import say

DESCRIPTION = """\
Write the model of a run as a SavedModel, DIR/NAME/VERSION, for TensorFlow Serving,
for TensorFlow in any language, and for Keras. The teacher stays behind. A version
appears at once and is never overwritten. Of a run that is not finished the model
after its last finished task is written, and the model card says how many there are.
"""
LOOK = """\
Look at it:
  less {directory}/assets.extra/model_card.md
  saved_model_cli show --dir {directory} --tag_set serve --signature_def generate
  saved_model_cli run --dir {directory} --tag_set serve --signature_def generate \\
      --input_exprs 'seed=[0,1,2];{any}task=[-1,-1,-1]' --outdir generated"""


def add_parser(name: str, commands: Any) -> None:
    parser = commands.add_parser(name, help="export a run's model", description=DESCRIPTION)
    parser.set_defaults(command=_export)
    parser.add_argument("run_dir", metavar="RUN_DIR", help="that `lifelong-vae train` has written")
    parser.add_argument("--to", required=True, metavar="DIR", help="directory of all models")
    parser.add_argument(
        "--name", default="lifelong_vae", help="of the model (default: lifelong_vae)"
    )
    parser.add_argument(
        "--version", type=int, metavar="N", help="default: 1 + the largest there is"
    )


def _export(run_dir: str, to: str, name: str, version: int | None) -> None:
    from keras_lifelong_vae.experiments.run_directory import RunDirectory
    from keras_lifelong_vae.exporting import export_saved_model
    from keras_lifelong_vae.exporting.version_directory import check_target
    from keras_lifelong_vae.saved_file import load_model

    run = RunDirectory(Path(run_dir))
    if run.path.is_file():
        raise NotADirectoryError(
            f"RUN_DIR must be the directory of a run, received the file {run_dir}."
        )
    check_target(to, name, version)  # before a model is loaded
    figures = _figures(run)
    if not run.model_path.is_file():
        raise FileNotFoundError(
            f"RUN_DIR must hold {run.model_path.name}, received {run_dir}. `lifelong-vae train` "
            "writes it when the first task is finished."
        )
    model = load_model(run.model_path, others=sorted(run.path.glob("*.keras")))
    directory = export_saved_model(model, to, name, version, figures)
    tasks = int(model.finished_tasks)
    say(f"Exported after {tasks} task{'s' * (tasks != 1)}: {directory}")
    any_category = "category=[-1,-1,-1];" if model.has_categories else ""
    say(LOOK.format(directory=directory, any=any_category))


def _figures(run: Any) -> dict[str, Any]:
    """What `results.json` knows of how good the model is."""
    results = run.results()
    if results is None:
        return {}
    figures = {
        "mean -ELBO on all test images (nats per image)": results.mean_negative_elbo,
        "tasks of the sequence": len(results.tasks),
        "sequence": results.sequence,
        "strategy": results.strategy,
        "seed": results.seed,
        "date": results.date,
    }
    return {name: figure for name, figure in figures.items() if figure not in (None, "")}
