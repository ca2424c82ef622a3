"""The checked-in pages of docs/ that are made of the specification: written, or compared."""
from __future__ import annotations

import sys
from pathlib import Path

from docs_coverage import Coverage
from docs_data import check_facts, count_vectors, read_sections
from docs_reference import reference_pages
from docs_viommu import viommu_page
from errors import Errors
from ir import Spec

_SECTIONS = "fact-sections.yaml"


def pages(spec: Spec, docs: Path, vectors: Path) -> dict[str, str]:
    """Path below docs/ -> text."""
    sections = read_sections(docs / _SECTIONS, f"docs/{_SECTIONS}")
    errors = Errors()
    check_facts(spec, sections, errors)
    errors.raise_if_any()
    return {"coverage.md": Coverage(spec, sections, count_vectors(vectors)).page(),
            "viommu-coverage.md": viommu_page(spec, docs, vectors),
            **{f"reference/{name}.md": text for name, text in reference_pages(spec).items()}}


def stale(files: dict[str, str], docs: Path) -> list[str]:
    return [name for name, text in files.items()
            if not (docs / name).is_file() or (docs / name).read_text(encoding="utf-8") != text]


def write_docs(spec: Spec, docs: Path, vectors: Path, check: bool) -> int:
    files = pages(spec, docs, vectors)
    old = stale(files, docs)
    for name in old:
        if check:
            print(f"{docs / name}: error: not what spec/ and vectors/ say now; run gen/amdvigen with --docs", file=sys.stderr)
        else:
            (docs / name).parent.mkdir(parents=True, exist_ok=True)
            (docs / name).write_text(files[name], encoding="utf-8")
    return 1 if check and old else 0
