"""The figures that a site's models are run with: those of its brains that every reader may see, then the bundled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rackmath.evidence import Evidence
from rackmath.web.memo import remembered

if TYPE_CHECKING:
    from rackmath.brain.site import Site

UNSEEN = {"draft", "review"}


def site_evidence(site: Site) -> Evidence:
    """Return the figures of a site, read again when a brain has changed. Figures of drafts are left out."""

    def make() -> Evidence:
        folders = {library.id: library.path for library in site.libraries}
        unseen = {(folders[card.brain], card.path) for card in site.notes(status=UNSEEN)}
        return Evidence.load(folders.values(), keep=lambda figure: (figure.vault, figure.path) not in unseen)

    return remembered(site, "bench evidence", make)
