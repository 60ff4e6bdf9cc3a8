"""Pages and brains that the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import shared_path
from rackmath.brain import import_page, read_page
from rackmath.brain.page import SAMPLE_PAGE, Page
from rackmath.brain.report import ImportReport
from rackmath.brain.sources import list_sources
from rackmath.brain.survey import inspect_page


@pytest.fixture(scope="session")
def sample() -> Page:
    return read_page(SAMPLE_PAGE)


@pytest.fixture(scope="session")
def sample_report(sample: Page) -> ImportReport:
    return inspect_page(sample)


@pytest.fixture(scope="session")
def seed() -> Page:
    return read_page(shared_path("seed/brain-page.txt"))


@pytest.fixture(scope="session")
def seed_report(seed: Page) -> ImportReport:
    return inspect_page(seed)


@pytest.fixture(scope="session")
def sample_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A brain with the sample page in it; tests that change it make their own."""
    root = tmp_path_factory.mktemp("sample") / "brain"
    import_page(SAMPLE_PAGE, root, writer="tester")
    return root


@pytest.fixture(scope="session")
def seed_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = shared_path("seed/brain-page.txt")
    root = tmp_path_factory.mktemp("seed") / "brain"
    import_page(page, root, writer="tester")
    return root


@pytest.fixture(scope="session")
def seed_path() -> Path:
    return shared_path("seed/brain-page.txt")


@pytest.fixture(scope="session")
def seed_report_keys(seed: Page) -> list[str]:
    return [source.citekey for source in list_sources(seed)]
