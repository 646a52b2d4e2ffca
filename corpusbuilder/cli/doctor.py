"""``corpusbuilder doctor``."""

import importlib.metadata
import importlib.util
import platform
import shutil
from typing import Annotated, Any, Final

import typer

from corpusbuilder import __version__
from corpusbuilder.backends.ocr import tesseract
from corpusbuilder.cli.report import emit_json, reporting_errors

EXTRAS: Final = {
    "core": ("read PDFs, ask with rules, ground, verify", ["pymupdf", "rapidocr", "onnxruntime", "spacy", "shapely"]),
    "release": ("write and publish datasets", ["datasets", "huggingface_hub"]),
    "generate": (
        "teachers: any OpenAI-compatible endpoint, local transformers models",
        ["openai", "transformers", "torch"],
    ),
    "ground": ("grounding models", ["transformers", "torch", "scipy"]),
    "review": ("correction in Label Studio", ["label_studio_sdk"]),
    "layout": ("layout models, and our result in their forms", ["pymupdf.layout", "unstructured", "layoutparser"]),
    "ray": ("many machines", ["ray"]),
}
SPACY_MODELS: Final = ("en_core_web_sm", "fr_core_news_sm")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Say what is installed, and what each missing extra would add."""
    with reporting_errors(as_json=as_json):
        found = {extra: {name: version_of(name) for name in names} for extra, (_, names) in EXTRAS.items()}
        advice = warnings()
        if as_json:
            emit_json({"ok": not advice, **_machine(), "extras": found, "advice": advice})
            return
        for key, value in _machine().items():
            typer.echo(f"{key:<14}{value}")
        for extra, (purpose, _) in EXTRAS.items():
            missing = [name for name, version in found[extra].items() if version is None]
            typer.echo(f"\n[{extra}] {purpose}")
            for name, version in found[extra].items():
                typer.echo(f"  {'✗' if version is None else '✓'} {name} {version or 'is not installed'}")
            if missing:
                typer.echo(
                    f"  → pip install 'corpusbuilder[{extra}]'" if extra != "core" else "  → pip install corpusbuilder"
                )
        for line in advice:
            typer.echo(f"\nwarning: {line}")


def version_of(module: str) -> str | None:
    """Version of an importable package, found without importing it; None when it is not there."""
    if importlib.util.find_spec(module) is None:
        return None
    distribution = importlib.metadata.packages_distributions().get(module, [module])[0]
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "unknown version"


def warnings() -> list[str]:
    """Known traps that this installation has fallen into."""
    lines = []
    if version_of("torchvision") and "+cpu" in (version_of("torch") or ""):
        lines.append(
            "torchvision beside a CPU build of torch breaks every vision import of transformers: "
            "pip uninstall torchvision"
        )
    if version_of("cv2") and len(importlib.metadata.packages_distributions().get("cv2", [])) > 1:
        lines.append("two OpenCV packages write the same folder: keep one of opencv-python, opencv-python-headless")
    return lines


def _machine() -> dict[str, Any]:
    free = shutil.disk_usage(".").free / 1e9
    models = [name for name in SPACY_MODELS if importlib.util.find_spec(name)]
    return {
        "corpusbuilder": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "disk free": f"{free:.1f} GB",
        "tesseract": _tesseract(),
        "spacy models": ", ".join(models) or "none installed (blank pipelines are used)",
    }


def _tesseract() -> str:
    version = tesseract.version()
    if version is None:
        return "not installed (optional)"
    return f"{version} ({', '.join(tesseract.languages()) or 'without English and French'})"
